package throughput

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Rates are those of a window, in bits a second.
type Rates struct {
	Throughput float64 // all payload
	Goodput    float64 // each octet of the stream once
}

// grains is into how many parts of its window a Meter tells moments apart.
const grains = 4096

// Meter keeps the rates of a trailing window for both sides of a connection. It
// is made by NewMeter.
type Meter struct {
	window time.Duration
	sides  [2]trail
}

// trail is what one side sent within the window, oldest first.
type trail struct {
	sent   []moment
	first  int // index of the oldest that counts
	total  count
	unique int64 // of the side's Half, before
}

type moment struct {
	at capture.Timestamp
	count
}

// count are octets: of all segments, and those that were not sent before.
type count struct{ all, once int64 }

func (c *count) add(o count) { c.all, c.once = c.all+o.all, c.once+o.once }

func (c *count) take(o count) { c.all, c.once = c.all-o.all, c.once-o.once }

// NewMeter returns a Meter for a window, which must be longer than 0.
func NewMeter(window time.Duration) *Meter { return &Meter{window: window} }

// Window returns the length of the window.
func (m *Meter) Window() time.Duration { return m.window }

// Observe takes the next segment of the connection.
func (m *Meter) Observe(step *reconstruct.Step) {
	if step.Swapped {
		m.sides[0], m.sides[1] = m.sides[1], m.sides[0]
	}
	t, h := &m.sides[step.From], &step.Conn.Half[step.From]
	now := moment{step.Segment.Time, count{int64(step.Segment.Len), h.Unique - t.unique}}
	t.unique = h.Unique
	if now.all > 0 && now.at != capture.NoTime && !step.Marks.Has(reconstruct.Duplicate) {
		t.forget(now.at, m.window)
		t.add(now, m.window/grains)
	}
}

// add counts what was sent at a moment. What is within a grain of the moment
// before counts as sent then, and so it does after the clock was set back.
func (t *trail) add(now moment, grain time.Duration) {
	t.total.add(now.count)
	if n := len(t.sent); n > t.first && now.at.Sub(t.sent[n-1].at) <= grain {
		t.sent[n-1].count.add(now.count)
		return
	}
	if t.first > cap(t.sent)/2 {
		t.sent = t.sent[:copy(t.sent, t.sent[t.first:])]
		t.first = 0
	}
	t.sent = append(t.sent, now)
}

// Rates returns the rates of what a side sent in the window that ends at a
// moment, which must not be before those that were asked for.
func (m *Meter) Rates(side reconstruct.Side, at capture.Timestamp) Rates {
	t := &m.sides[side]
	t.forget(at, m.window)
	return Rates{bitRate(t.total.all, m.window), bitRate(t.total.once, m.window)}
}

// forget takes out what is not in the window any more.
func (t *trail) forget(at capture.Timestamp, window time.Duration) {
	for t.first < len(t.sent) && at.Sub(t.sent[t.first].at) >= window {
		t.total.take(t.sent[t.first].count)
		t.first++
	}
	if t.first == len(t.sent) {
		t.sent, t.first = t.sent[:0], 0
	}
}

func bitRate(octets int64, window time.Duration) float64 {
	return float64(octets) * 8 / window.Seconds()
}
