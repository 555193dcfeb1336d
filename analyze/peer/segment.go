package peer

import (
	"strconv"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tshark"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// sight is one segment as both see it.
type sight struct {
	*analyze.Segment
	theirs *tshark.Row // as the program printed it
	rules  tshark.Row  // as its rules give it
}

// aspect is something of a segment that both judge.
type aspect struct {
	field        string
	theirs, ours func(v *sight) string
}

// aspects are what is compared, in the order of output.
var aspects = [...]aspect{
	{"retransmission", (*sight).theirClass, (*sight).ourClass},
	{"spurious_retransmission", flagged(tshark.SpuriousRetransmission), (*sight).ourSpurious},
	{"fast_retransmission", flagged(tshark.FastRetransmission), (*sight).ourFast},
	{"keep_alive", flagged(tshark.KeepAlive), marked(reconstruct.KeepAlive)},
	{"keep_alive_ack", flagged(tshark.KeepAliveACK), marked(reconstruct.KeepAliveACK)},
	{"zero_window", flagged(tshark.ZeroWindow), marked(reconstruct.ZeroWindow)},
	{"zero_window_probe", flagged(tshark.ZeroWindowProbe), marked(reconstruct.WindowProbe)},
	{"zero_window_probe_ack", flagged(tshark.ZeroWindowProbeACK), marked(reconstruct.WindowProbeACK)},
	{"window_update", flagged(tshark.WindowUpdate), marked(reconstruct.WindowUpdate)},
	{"window_full", flagged(tshark.WindowFull), marked(reconstruct.WindowFull)},
	{"duplicate_ack", flagged(tshark.DuplicateACK), marked(reconstruct.DupACK)},
	{"lost_segment", flagged(tshark.LostSegment), marked(reconstruct.GapBefore)},
	{"ack_lost_segment", flagged(tshark.ACKLostSegment), marked(reconstruct.UnseenACK)},
	{"bytes_in_flight", (*sight).theirFlight, (*sight).ourFlight},
	{"ack_rtt", (*sight).theirRTT, (*sight).ourRTT},
}

// none stands for an absent value.
const none = "-"

func yes(b bool) string {
	if b {
		return "yes"
	}
	return none
}

func flagged(f tshark.Flag) func(*sight) string {
	return func(v *sight) string { return yes(v.theirs.Flags.Has(f)) }
}

func marked(m reconstruct.Mark) func(*sight) string {
	return func(v *sight) string { return yes(v.Marks.Has(m)) }
}

// The classes of what does not advance the stream.
const (
	again     = "retransmission"
	reordered = "out_of_order"
)

func (v *sight) theirClass() string {
	switch f := v.theirs.Flags; {
	case f.Has(tshark.OutOfOrder):
		return reordered
	case f.Has(tshark.Retransmission):
		return again
	}
	return none
}

func (v *sight) ourClass() string {
	switch {
	case v.Loss.Cause == loss.Reordering:
		return reordered
	case v.Marks.Has(reconstruct.Duplicate), v.Loss.Cause == loss.None, v.Loss.Cause == loss.KeepAlive,
		v.Loss.Cause == loss.WindowProbe, v.Loss.Cause == loss.NetworkDuplicate:
		return none
	}
	return again
}

// ourSpurious and ourFast are asked only of what both call a retransmission.
func (v *sight) ourSpurious() string {
	if v.theirClass() != again || v.ourClass() != again {
		return v.spuriousOfTheirs()
	}
	return yes(v.Loss.Cause == loss.Spurious)
}

func (v *sight) spuriousOfTheirs() string {
	return yes(v.theirs.Flags.Has(tshark.SpuriousRetransmission))
}

func (v *sight) ourFast() string {
	if v.theirClass() != again || v.ourClass() != again {
		return yes(v.theirs.Flags.Has(tshark.FastRetransmission))
	}
	return yes(v.Loss.Cause == loss.Fast || v.Loss.Cause == loss.Recovery)
}

func (v *sight) theirFlight() string {
	if v.theirs.BytesInFlight == 0 {
		return none
	}
	return strconv.FormatUint(uint64(v.theirs.BytesInFlight), 10)
}

func (v *sight) ourFlight() string {
	if v.Step.Segment.Len == 0 || !v.FlightKnown {
		return none
	}
	return strconv.FormatInt(v.Flight.InFlight, 10)
}

func (v *sight) theirRTT() string { return seconds(v.theirs.AckRTT) }

func (v *sight) ourRTT() string {
	if !v.Delivers || !v.RTT.Valid {
		return none
	}
	return seconds(v.RTT.RTT)
}

func seconds(d time.Duration) string {
	if d == 0 {
		return none
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 9, 64)
}

// Segment returns how tshark differs on a segment, whose Extra is a
// *tshark.Tracker. printed is what the program said of its frame, nil for
// nothing.
func Segment(s *analyze.Segment, printed *tshark.Printed) (list []Difference) {
	if printed == nil || printed.Layers > 1 {
		return nil
	}
	v := &sight{s, &printed.Row, s.Extra.(*tshark.Tracker).Row()}
	for _, a := range aspects {
		theirs, ours := a.theirs(v), a.ours(v)
		if theirs == ours {
			continue
		}
		d := Difference{Program: "tshark", Conn: s.Conn.Number, Frame: s.Step.Segment.Frame, Field: a.field, Theirs: theirs, Ours: ours}
		v.explain(&d)
		list = append(list, d)
	}
	return list
}
