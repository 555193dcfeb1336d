// Package capture holds the words that everything else speaks about a
// recording of a network: the packet as it was captured, the interface that
// saw it, its timestamp and its frame number.
//
// Sub-packages say where packets come from (pcapfile reads files of every
// common format). This package reads nothing itself, and knows nothing of IP
// or TCP: that begins in package reconstruct/decode.
package capture

import (
	"math"
	"time"
)

// FrameNumber is the position of a packet in its capture, counted from 1 as
// Wireshark shows it. Zero means "no frame".
type FrameNumber int64

// Timestamp is a capture time in nanoseconds since the Unix epoch, exactly as
// the file tells it: it may repeat or step backwards. Its range is the years
// 1678 to 2262. NoTime marks a packet that carries no time at all.
type Timestamp int64

// NoTime is the timestamp of a packet whose format records none (a pcapng
// simple packet block).
const NoTime Timestamp = math.MinInt64

// Sub returns the time from u to t. It is zero when either is NoTime.
func (t Timestamp) Sub(u Timestamp) time.Duration {
	if t == NoTime || u == NoTime {
		return 0
	}
	return time.Duration(t - u)
}

// Time returns t as a UTC time.Time, the zero Time for NoTime.
func (t Timestamp) Time() time.Time {
	if t == NoTime {
		return time.Time{}
	}
	return time.Unix(0, int64(t)).UTC()
}

// LinkType is a LINKTYPE_ value of the registry that pcap and pcapng share.
type LinkType uint16

// Packet is one captured packet. The zero value is an empty packet.
//
// Data is borrowed: it is valid until the reader that filled the Packet is
// asked for the next one.
type Packet struct {
	Frame     FrameNumber
	Offset    int64 // byte offset of its record in the uncompressed file
	Time      Timestamp
	LinkType  LinkType
	Interface int // index into the reader's Interfaces
	OrigLen   int // length on the wire, in bytes; never below len(Data)
	Data      []byte
}

// Truncated tells whether the snapshot length cut the packet.
func (p *Packet) Truncated() bool { return p.OrigLen > len(p.Data) }

// Interface describes one recording interface of a capture. Fields that the
// format does not give are zero; a counter that is absent is nil.
type Interface struct {
	Name     string
	LinkType LinkType
	SnapLen  int
	Received *uint64 // packets received, from pcapng interface statistics
	Dropped  *uint64 // packets dropped by the interface or the recorder
	Lost     Between // where these are missing; meaningful where Dropped is more than 0
}

// Between is a place in a capture: after one frame and before another, as far
// as is known. After 0 is the beginning.
type Between struct{ After, Before FrameNumber }

// Extend makes b hold another place, too. The zero value is of none.
func (b *Between) Extend(o Between) {
	if b.Before == 0 {
		*b = o
		return
	}
	b.After, b.Before = min(b.After, o.After), max(b.Before, o.Before)
}
