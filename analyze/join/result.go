package join

import (
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Fate is what became of a packet on its way from one tap to the other.
type Fate uint8

// The fates.
const (
	Passed     Fate = iota // both captures hold it
	Split                  // both hold its octets, one of them in a larger packet
	Lost                   // it did not reach the second tap
	Unrecorded             // it did, as its receiver's acknowledgements show, but that capture lacks it
	Unseen                 // the first tap lacks what the second saw
	Duplicated             // a second copy of a packet, in this capture alone
	Outside                // the other capture was not running, or not recording this direction
)

var fateNames = [...]string{"passed", "split", "lost", "unrecorded", "unseen", "duplicated", "outside"}

// String returns the name used in JSON.
func (f Fate) String() string { return fateNames[f] }

// Packet is one packet in both captures, or in one.
type Packet struct {
	Conns     [2]int // numbers of its connection in both captures
	From      reconstruct.Side
	Up        Tap // which it passes first
	Fate      Fate
	Reordered bool                   // it passed the second tap after one that passed the first tap later
	Frames    [2]capture.FrameNumber // 0 where it is not held
	Times     [2]capture.Timestamp   // as captured
	Joined    [2]capture.Timestamp   // on the clock of A
	HasDelay  bool
	Delay     time.Duration // from the first tap to the second, by the joined clock
	Seq       seq.Number
	Len       int // octets of payload
	Flags     decode.Flags
}

// Connection is one connection in both captures.
type Connection struct {
	Pair
	Sides [2]Direction // what client and server sent, by the roles in A
}

// Pair says which connections of two captures are one.
type Pair struct {
	In        [2]Side // in A and in B
	Match     Match
	Cross     bool // who is the client in A is the server in B
	FlowKnown bool // it is known which tap is nearer to the client
	Nearer    Tap  // that tap; A where it is not known
}

// Direction is what became of the packets that one side sent.
type Direction struct {
	Packets    [2]int64 // in A and in B
	Matched    int64    // the same packet in both
	Split      int64    // packets that are part of a larger one in the other capture
	Lost       int64    // packets, and
	LostBytes  int64    // their payload
	Missing    [2]int64 // packets that A and B lack although they passed it
	Duplicated [2]int64 // second copies in A and in B alone
	Outside    [2]int64 // packets in A and in B while the other was not recording
	Reordered  int64
	Marked     int64 // packets that got a congestion mark between the taps (RFC 3168)
	Hops       Hops
	Changes    []string // what was rewritten between the taps, in words
	Delay      quantile.Summary

	delay quantile.Distribution
}

// Hops is by how much the TTL of packets was less at the second tap.
type Hops struct {
	N        int64
	Min, Max int
}

// compare notes what was changed between the taps.
func (d *Direction) compare(up, down *entry) {
	n := int(up.ttl) - int(down.ttl)
	if d.Hops.N == 0 {
		d.Hops.Min, d.Hops.Max = n, n
	}
	d.Hops = Hops{d.Hops.N + 1, min(d.Hops.Min, n), max(d.Hops.Max, n)}
	if congested := uint8(3); up.ecn != congested && down.ecn == congested {
		d.Marked++
	}
	if up.options != nil && down.options != nil && len(d.Changes) == 0 {
		d.Changes = rewritten(up.options, down.options)
	}
}

// offered are the options of a SYN that routers are known to rewrite.
var offered = [...]struct {
	bit  decode.OptionSet
	name string
	of   func(*decode.Options) int // its value, nil where it has none
}{
	{decode.OptMSS, "MSS", func(o *decode.Options) int { return int(o.MSS) }},
	{decode.OptWindowScale, "Window-Scale", func(o *decode.Options) int { return int(o.WindowScale) }},
	{decode.OptSACKPermitted, "SACK-Permitted", nil},
	{decode.OptTimestamps, "Timestamps", nil},
	{decode.OptMPTCP, "MPTCP", nil},
	{decode.OptFastOpen, "Fast-Open", nil},
	{decode.OptAccECN | decode.OptAccECN1, "AccECN", nil},
}

// rewritten lists how the options of a SYN differ.
func rewritten(up, down *decode.Options) (list []string) {
	for _, o := range offered {
		before, after := up.Set&o.bit != 0, down.Set&o.bit != 0
		switch {
		case before && !after:
			list = append(list, o.name+" removed")
		case !before && after:
			list = append(list, o.name+" added")
		case before && o.of != nil && o.of(up) != o.of(down):
			list = append(list, fmt.Sprintf("%s %d to %d", o.name, o.of(up), o.of(down)))
		}
	}
	return list
}
