package analyze

import (
	"iter"
	"maps"
	"slices"

	"github.com/flowstate-tcp/flowstate/analyze/behaviour"
	"github.com/flowstate-tcp/flowstate/analyze/health"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/analyze/throughput"
	"github.com/flowstate-tcp/flowstate/analyze/vantage"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Options choose what an Analysis gives. The zero value gives every connection
// of the capture.
type Options struct {
	// Select picks segments. Given, a connection is part of the results if any
	// of its segments is picked. The analysis itself always sees everything,
	// so numbers and states do not depend on it.
	Select func(*decode.Segment) bool
	// Numbers picks connections by number; empty means all.
	Numbers map[int]bool
	// From and To pick segments by capture time; zero means unbounded. Within
	// is set where either is.
	From, To Instant
	// Extra makes a further tracker for each connection, for those who ask for
	// one; nil for none.
	Extra func() Extra
	// Payload keeps the captured payload of each segment, for those who look
	// into it; else Segment.Payload is nil.
	Payload bool
	// Whole makes Walk yield every segment, whatever is picked: a connection of
	// which any segment is picked is then seen whole.
	Whole bool
	// Brief leaves out the alternative paths, for those who show none.
	Brief bool
}

// Extra is a tracker that is no part of the default analysis, such as those of
// packages below analyze/peer. It sees each step of its connection, after the
// others.
type Extra interface {
	Observe(step *reconstruct.Step)
}

// Instant is a moment of a capture: absolute, or relative to its first packet.
// The zero value is no moment.
type Instant struct {
	Set      bool
	Relative bool
	At       capture.Timestamp // nanoseconds since the epoch, or since the first packet
}

// Totals counts what went through an Analysis.
type Totals struct {
	Packets  int64 // all packets of the capture
	Segments int64 // TCP segments in them
	// Connections that began, old duplicate SYNs among them (see reconstruct).
	Connections int64
}

// Connection is one connection with everything that was found of it.
type Connection struct {
	reconstruct.Connection
	States  state.Result
	Vantage vantage.Result
	Health  health.Result
	Phases  throughput.Result
	Sides   [2]Measures
	ECN     behaviour.ECN // what both agreed on
	Extra   Extra         // that Options.Extra made for it; its results are complete
}

// Analysis is one pass over one capture. Range over one of its iterators, once.
type Analysis struct {
	options  Options
	reader   *reader // apart: see there
	table    *reconstruct.Table
	infer    *state.Inferrer
	slots    []*slot // by Connection.Slot; apart, so that growing moves none
	latest   latest
	problems problems
	damage   []finding.Finding // of the capture, once it is read to its end
	lost     capture.Between   // where its recorder lost packets, likewise
	began    capture.Timestamp
	totals   Totals
	health   health.Capture
	err      error
}

// slot is what the analyses keep of a connection while it is tracked.
type slot struct {
	states   state.Tracker
	measures measures
	extra    Extra // nil for none
	selected bool
}

// New prepares an analysis of a source.
func New(src Source, o Options) *Analysis {
	a := &Analysis{
		options: o,
		reader:  &reader{src: src, decoder: decode.New(), keepPayload: o.Payload},
		table:   reconstruct.NewTable(reconstruct.Options{}),
		infer:   state.NewInferrer(),
		began:   capture.NoTime,
	}
	a.infer.Brief = o.Brief
	return a
}

// Err returns what stopped the reading before the end of the capture, if
// anything did. Damage inside the capture does not.
func (a *Analysis) Err() error { return a.err }

// Totals returns the counts of what was read so far.
func (a *Analysis) Totals() Totals { return a.totals }

// Began returns the time of the first packet of the capture; capture.NoTime
// before it is read.
func (a *Analysis) Began() capture.Timestamp { return a.began }

// Health returns what is wrong with the capture, as far as the connections show
// that have ended.
func (a *Analysis) Health() *health.Capture { return &a.health }

// Connections yields the connections of the capture by their numbers. Each is
// the caller's to keep.
func (a *Analysis) Connections() iter.Seq[*Connection] {
	return func(yield func(*Connection) bool) {
		line := queue{held: map[int]*Connection{}}
		for range a.steps() {
			if ended := a.table.Ended(); len(ended) > 0 {
				if !a.finish(ended, &line, yield) {
					return
				}
			}
		}
		a.readOut()
		if a.finish(a.table.Flush(), &line, yield) {
			line.drain(yield)
		}
	}
}

// Segments yields every segment that belongs to a connection and is selected,
// in the order of the capture. A Segment is valid until the next.
func (a *Analysis) Segments() iter.Seq[*Segment] {
	return func(yield func(*Segment) bool) {
		var row Segment
		for step := range a.steps() {
			a.table.Ended()
			if a.picked(step) && !yield(a.tell(step, &row)) {
				return
			}
		}
	}
}

// steps runs the pass: it yields each segment placed in its connection, after
// the analyses have seen it.
func (a *Analysis) steps() iter.Seq[*reconstruct.Step] {
	return func(yield func(*reconstruct.Step) bool) {
		for b := range a.reader.batches() {
			if a.began == capture.NoTime {
				a.began = b.started
			}
			a.totals.Packets += b.packets
			a.problems.add(b.problems)
			if !a.runBatch(b, yield) {
				return
			}
			if b.err != nil {
				a.err = readError(b.err)
			}
		}
	}
}

// runBatch feeds a batch to the table in frame order, ICMP errors among the
// segments.
func (a *Analysis) runBatch(b *batch, yield func(*reconstruct.Step) bool) bool {
	icmp := b.icmp
	for i := range b.segments {
		s := &b.segments[i]
		for len(icmp) > 0 && icmp[0].Frame <= s.Frame {
			a.place(&icmp[0])
			icmp = icmp[1:]
		}
		a.totals.Segments++
		if s.Quirks&decode.FlagsCut != 0 {
			continue // cut before its flags: a finding of the capture, but of no connection
		}
		step := a.table.Add(s)
		a.observe(step)
		if !yield(step) {
			return false
		}
	}
	for i := range icmp {
		a.place(&icmp[i])
	}
	return true
}

// place gives an ICMP error to the connection that it speaks of, or else to the
// capture: UDP has none, and TCP's may have been left out.
func (a *Analysis) place(e *decode.ICMPError) {
	if a.table.AddICMP(e) == nil {
		a.problems.addICMP(e)
	}
}

// observe gives a step to the analyses.
func (a *Analysis) observe(step *reconstruct.Step) {
	at := step.Conn.Slot
	for at >= len(a.slots) {
		a.slots = append(a.slots, new(slot))
	}
	kept := a.slots[at]
	if step.Opened {
		a.totals.Connections++
		kept.states.Reset()
		kept.measures.reset()
		kept.selected, kept.extra = false, nil
		if a.options.Extra != nil {
			kept.extra = a.options.Extra()
		}
	}
	kept.states.Observe(step)
	kept.measures.observe(step, &a.latest)
	if kept.extra != nil {
		kept.extra.Observe(step)
	}
	kept.selected = kept.selected || a.picked(step)
}

// picked tells whether the options select a segment.
func (a *Analysis) picked(step *reconstruct.Step) bool {
	o := &a.options
	s := step.Segment
	return (len(o.Numbers) == 0 || o.Numbers[step.Conn.Number]) &&
		(!o.From.Set || s.Time >= o.From.absolute(a.began)) &&
		(!o.To.Set || s.Time <= o.To.absolute(a.began)) &&
		(o.Select == nil || o.Select(s))
}

func (i Instant) absolute(began capture.Timestamp) capture.Timestamp {
	if i.Relative {
		return began + i.At
	}
	return i.At
}

// finish draws the conclusions of connections that have ended and passes on
// those whose turn it is.
func (a *Analysis) finish(ended []*reconstruct.Connection, line *queue, yield func(*Connection) bool) bool {
	for _, c := range ended {
		line.held[c.Number] = a.settle(c)
	}
	return line.pass(yield)
}

// conclude puts together what was found of a connection.
func (a *Analysis) conclude(c *reconstruct.Connection, kept *slot, healthy *health.Result) *Connection {
	tap := kept.measures.vantage.Result(c)
	r := &Connection{
		Connection: *c, States: a.infer.Infer(c, &kept.states, tap.Vantage), Vantage: tap, Health: *healthy,
		Phases: kept.measures.phases.Result(c), Sides: kept.measures.results(c), ECN: kept.measures.behaviour.ECN(), Extra: kept.extra,
	}
	r.Findings = append(append(r.Findings[:0:0], c.Findings...), healthy.Findings()...)
	r.Findings = append(append(r.Findings, r.States.Findings...), a.touching(c)...)
	r.Health.Judge(c, append(r.Findings[:len(r.Findings):len(r.Findings)], a.losses(c)...), &r.Vantage)
	return r
}

// queue puts connections, which end in any order, back into the order of their
// numbers. A number that is not wanted holds nil; one that the table left out
// (the SYN was an old duplicate) holds up what follows until the end.
type queue struct {
	next int
	held map[int]*Connection
}

// pass yields every connection whose turn has come.
func (q *queue) pass(yield func(*Connection) bool) bool {
	for {
		c, ended := q.held[q.next]
		if !ended {
			return true
		}
		delete(q.held, q.next)
		q.next++
		if c != nil && !yield(c) {
			return false
		}
	}
}

// drain yields what is left, in order.
func (q *queue) drain(yield func(*Connection) bool) {
	for _, number := range slices.Sorted(maps.Keys(q.held)) {
		if c := q.held[number]; c != nil && !yield(c) {
			return
		}
	}
}
