package model

import (
	"math/rand/v2"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Bulk is a transfer from the client to the server under congestion control,
// recorded at the client: what Run's endpoints lack, and nothing else. Lengths
// are in segments of MSS octets.
type Bulk struct {
	Segments int
	MSS      int
	Initial  int           // congestion window at the begin
	Keep     float64       // share of the window that a loss leaves: 0.5 for Reno, 0.7 for CUBIC
	Window   int           // octets that the receiver takes, at most 65535
	Burst    int           // segments that the application writes at a time; 0: all at once
	Pause    time.Duration // between its writes
	Super    int           // segments that leave as one with segmentation offload, which waits for so many; 0: none
	Pace     time.Duration // that the sender lets pass between two; 0: none
	Delay    time.Duration // one way
	Serial   time.Duration // that the bottleneck takes for a segment
	Queue    int           // segments that wait for it at most
	Loss     [2]float64    // of segments, of acknowledgements
}

// Sending is why the sender of a Bulk sent a segment.
type Sending uint8

// The reasons.
const (
	Acking     Sending = iota // the segment is the receiver's
	New                       // for the first time
	Fast                      // the first one that SACKs showed to be lost
	Continued                 // another one, in the same recovery
	TimerFired                // the retransmission timer ran out
)

// Bound is what bounds the sender of a Bulk.
type Bound uint8

// The bounds.
const (
	ByWindow   Bound = iota // its congestion window
	ByReceiver              // the receiver's window
	ByWriter                // its application
	ByPace                  // its own pace
)

// Truth is what the sender of a Bulk knew at one frame of the capture: at its
// own segments just after, at an acknowledgement just before.
type Truth struct {
	Sending  Sending
	Bound    Bound
	Cwnd     int64         // octets
	InFlight int64         // octets outstanding
	Pipe     int64         // octets, RFC 6675
	RTT      time.Duration // of the segment that set the acknowledgement off; 0 at others
}

// BulkResult is a capture with its truth, frame by frame.
type BulkResult struct {
	Bulk
	Packets []decode.Segment
	Truth   []Truth
}

// bulk is a Bulk under way.
type bulk struct {
	Bulk
	clock  clock
	rand   *rand.Rand
	sender bulkSender
	taker  bulkReceiver
	busy   time.Duration // until then the bottleneck has work
	result BulkResult
}

// maxBulkTasks ends a transfer that does not come to an end.
const maxBulkTasks = 1_000_000

// RunBulk runs a transfer until all is acknowledged.
func RunBulk(config Bulk, r *rand.Rand) *BulkResult {
	b := &bulk{Bulk: config, rand: r}
	b.sender = newBulkSender(b)
	b.taker = bulkReceiver{bulk: b}
	b.handshake()
	for n := 0; n < maxBulkTasks && b.sender.una < b.Segments && b.clock.next(24*time.Hour); n++ {
	}
	b.result.Bulk = config
	return &b.result
}

// handshake opens the connection; nothing of it is lost.
func (b *bulk) handshake() {
	offer := decode.Options{Set: decode.OptMSS | decode.OptSACKPermitted, MSS: uint16(b.MSS)}
	b.record(decode.Segment{Flags: decode.SYN, Options: offer}, true, Truth{})
	b.clock.after(2*b.Delay, func() {
		b.record(decode.Segment{Flags: decode.SYN | decode.ACK, Ack: 1, Options: offer}, false, Truth{})
		b.record(decode.Segment{Flags: decode.ACK, Seq: 1, Ack: 1}, true, Truth{})
		b.sender.sample(2 * b.Delay)
		b.write()
	})
}

// write is the application's next burst.
func (b *bulk) write() {
	s := &b.sender
	if b.Burst == 0 {
		s.written = b.Segments
	} else if s.written = min(s.written+b.Burst, b.Segments); s.written < b.Segments {
		b.clock.after(b.Pause, b.write)
	}
	s.send()
}

// The two ends of every Bulk.
var bulkEnds = [2]decode.Endpoint{
	{IP: decode.Address{Bytes: [16]byte{10: 0xff, 11: 0xff, 12: 10, 15: 1}}, Port: 40000},
	{IP: decode.Address{Bytes: [16]byte{10: 0xff, 11: 0xff, 12: 10, 15: 2}}, Port: 80},
}

// record is the tap at the client.
func (b *bulk) record(g decode.Segment, sent bool, truth Truth) {
	g.Frame = capture.FrameNumber(len(b.result.Packets) + 1)
	g.Time = capture.Timestamp(b.clock.now)
	g.Src, g.Dst, g.Window = bulkEnds[0], bulkEnds[1], 65535
	if !sent {
		g.Src, g.Dst, g.Window = g.Dst, g.Src, uint16(b.Window)
	}
	b.result.Packets = append(b.result.Packets, g)
	b.result.Truth = append(b.result.Truth, truth)
}

// carry takes segment n, sent now, to the receiver: loss, queue, bottleneck,
// delay.
func (b *bulk) carry(n int) {
	waiting := max(b.busy-b.clock.now, 0)
	if b.rand.Float64() < b.Loss[0] || b.Serial > 0 && int(waiting/b.Serial) > b.Queue {
		return
	}
	b.busy = b.clock.now + waiting + b.Serial
	sent := b.clock.now
	b.clock.after(b.busy-b.clock.now+b.Delay, func() { b.taker.take(n, sent) })
}
