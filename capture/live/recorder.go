package live

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Sink takes the packets of a recorder.
type Sink interface {
	WritePacket(p *capture.Packet) error // p is good until it returns
	Flush() error                        // nothing more is at hand for now
}

const (
	// hold is how long a packet may stay unseen in a ring, and so how long a later
	// one must wait for it: twice the time after which the kernel gives a block
	// away that is not full, and some to spare.
	hold = 2*retire + 10*time.Millisecond

	retire = 20 * time.Millisecond

	// patience is how long a stopped recorder waits for packets that the kernel
	// counted and did not hand over yet.
	patience = time.Second
)

// Recorder records from one or more interfaces. Make one with Open.
type Recorder struct {
	config  Config
	lanes   []*lane
	waiter  waiter
	now     func() time.Time
	stop    atomic.Bool    // asked for
	muted   time.Time      // when the kernel was told to add no more
	gaveUp  bool           // on packets that the kernel counted
	failure error          // of an interface
	packet  capture.Packet // being delivered
	stats   Stats
}

// lane is an interface and its account.
type lane struct {
	tap
	about capture.Interface
	taken int64 // packets
	total Counters
}

// tap is the system's side of one interface.
type tap interface {
	// head returns the time of the oldest packet at hand, if there is one, and
	// whether an older one cannot come any more.
	head() (at capture.Timestamp, settled, ok bool)
	fill(p *capture.Packet)                         // from the oldest; p is good until advance
	advance()                                       // forgets the oldest
	crowded() bool                                  // half of the ring is waiting
	mute() error                                    // no more packets
	counted() (received, dropped uint64, err error) // since the last time
	close() error
}

// waiter waits for packets.
type waiter interface {
	wait(forPackets bool, atMost time.Duration) error // negative: for ever
	wake()                                            // from any goroutine
	close() error
}

// Open begins to record. What happens on the interfaces from its return on is
// kept in the rings until Run takes it.
func Open(c Config) (*Recorder, error) {
	c, err := c.completed()
	if err != nil {
		return nil, err
	}
	r := &Recorder{config: c, now: time.Now}
	for number, i := range c.Interfaces {
		l, err := openLane(c, i, number)
		if err != nil {
			r.Close() // the better error is at hand
			return nil, err
		}
		r.lanes = append(r.lanes, l)
	}
	if r.waiter, err = newWaiter(r.lanes); err != nil {
		r.Close() // the better error is at hand
		return nil, err
	}
	return r, nil
}

// Interfaces returns what is recorded, in the order of the configuration.
// capture.Packet.Interface is an index into it.
func (r *Recorder) Interfaces() []capture.Interface {
	var all []capture.Interface
	for _, l := range r.lanes {
		all = append(all, l.about)
	}
	return all
}

// Run hands packets to sink until the context is done, which is no error, or
// the limit of the configuration is reached. Packets that came before the
// context was done are handed over before it returns. It can be called once.
func (r *Recorder) Run(ctx context.Context, sink Sink) (Stats, error) {
	asked := make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		defer close(asked)
		r.stop.Store(true)
		r.waiter.wake()
	})
	defer favour()()
	err := r.run(sink)
	if !forget() {
		<-asked // it may not wake a recorder that is closed
	}
	return r.Stats(), err
}

func (r *Recorder) run(sink Sink) error {
	for r.config.Count == 0 || r.stats.Packets < r.config.Count {
		if r.stop.Load() && r.muted.IsZero() {
			if err := r.mute(); err != nil {
				return err
			}
		}
		first, held := r.first()
		if first != nil {
			if err := r.deliver(first, sink); err != nil {
				return err
			}
			continue
		}
		if !held && r.over() {
			break
		}
		if err := sink.Flush(); err != nil {
			return err
		}
		if err := r.pause(held); err != nil {
			r.failure = errors.Join(r.failure, err)
			r.stop.Store(true) // what the rings hold is still good
		}
	}
	return errors.Join(r.failure, sink.Flush())
}

// first returns the lane with the earliest packet. A packet is held while a
// ring may still come up with an earlier one, unless its own ring is getting
// full: then order is worth less than what would be lost.
func (r *Recorder) first() (first *lane, held bool) {
	var earliest capture.Timestamp
	sure := true
	for _, l := range r.lanes {
		at, settled, ok := l.head()
		sure = sure && settled
		if ok && (first == nil || at < earliest) {
			first, earliest = l, at
		}
	}
	if first == nil || sure || first.crowded() || r.now().Sub(earliest.Time()) > hold {
		return first, false
	}
	return nil, true
}

func (r *Recorder) deliver(l *lane, sink Sink) error {
	l.fill(&r.packet)
	if err := sink.WritePacket(&r.packet); err != nil {
		return err
	}
	r.stats.Packets++
	r.stats.Bytes += int64(len(r.packet.Data))
	l.taken++
	l.advance()
	return nil
}

// pause waits for something to do.
func (r *Recorder) pause(held bool) error {
	atMost := time.Duration(-1)
	if held || !r.muted.IsZero() {
		atMost = retire / 10
	}
	return r.waiter.wait(!held, atMost)
}

func (r *Recorder) mute() error {
	r.muted = r.now()
	var all error
	for _, l := range r.lanes {
		all = errors.Join(all, l.mute())
	}
	return all
}

// over tells whether a stopped recorder has handed over everything that the
// kernel counted, or will wait for it no more.
func (r *Recorder) over() bool {
	if r.muted.IsZero() {
		return false
	}
	r.gaveUp = r.now().Sub(r.muted) > patience
	for _, t := range r.tallies() {
		if t.missing != 0 {
			return r.gaveUp
		}
	}
	return true
}

// Stats returns the account so far. It is not for use while Run runs, but from
// within a call of its Sink.
func (r *Recorder) Stats() Stats {
	s := r.stats
	s.Interfaces = nil
	for _, t := range r.tallies() {
		if r.gaveUp {
			t.Dropped += uint64(max(t.missing, 0))
		}
		s.Interfaces = append(s.Interfaces, t.Counters)
	}
	return s
}

// tally is the account of a lane and how many packets are still on their way.
type tally struct {
	Counters
	missing int64
}

// tallies asks the kernel, which forgets what it told.
func (r *Recorder) tallies() []tally {
	var all []tally
	for _, l := range r.lanes {
		// Where the socket gives no answer any more, the last one stands.
		if received, dropped, err := l.counted(); err == nil {
			l.total.Received += received
			l.total.Dropped += dropped
		}
		all = append(all, tally{l.total, int64(l.total.Received) - int64(l.total.Dropped) - l.taken})
	}
	return all
}

// Close ends the recording. Run must have returned.
func (r *Recorder) Close() error {
	var all error
	for _, l := range r.lanes {
		all = errors.Join(all, l.close())
	}
	if r.waiter != nil {
		all = errors.Join(all, r.waiter.close())
	}
	r.lanes, r.waiter = nil, nil
	return all
}
