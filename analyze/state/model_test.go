package state_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/model"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/analyze/vantage"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// inferred is a connection as inferred from a run of the model.
type inferred struct {
	conn   reconstruct.Connection
	result state.Result
}

// trackers are what the inference needs of a connection.
type trackers struct {
	states  state.Tracker
	flights flight.Tracker
	tap     vantage.Tracker
}

func (t *trackers) observe(step *reconstruct.Step) {
	t.states.Observe(step)
	if step.Swapped {
		t.flights.Swap()
		t.tap.Swap()
	}
	var delivered flight.Delivery
	t.flights.Observe(step, false, &delivered)
	t.tap.Observe(step, &delivered)
}

func inferRun(run *model.Result) []inferred {
	table := reconstruct.NewTable(reconstruct.Options{})
	infer := state.NewInferrer()
	following := map[int]*trackers{}
	var all []inferred
	take := func(ended []*reconstruct.Connection) {
		for _, c := range ended {
			t := following[c.Slot]
			all = append(all, inferred{*c, infer.Infer(c, &t.states, t.tap.Result(c).Vantage)})
		}
	}
	segments := run.Segments()
	for i := range segments {
		step := table.Add(&segments[i])
		if step.Opened {
			following[step.Conn.Slot] = new(trackers)
		}
		following[step.Conn.Slot].observe(step)
		take(table.Ended())
	}
	take(table.Flush())
	return all
}

// truth finds the life of the endpoint that a side of a connection stands for.
func truth(run *model.Result, c *inferred, side reconstruct.Side) *model.Life {
	for _, host := range reconstruct.Sides {
		if run.Packets[0].Segment.Src != c.conn.Ends[side] && run.Packets[0].Segment.Dst != c.conn.Ends[side] {
			continue
		}
		own := run.Packets[0].From == host && run.Packets[0].Segment.Src == c.conn.Ends[side] ||
			run.Packets[0].From != host && run.Packets[0].Segment.Dst == c.conn.Ends[side]
		if !own {
			continue
		}
		if h := &c.conn.Half[side]; h.SYNSeen {
			if l := run.Life(host, h.ISN); l != nil {
				return l
			}
		}
		if h := &c.conn.Half[side.Peer()]; h.SYNSeen {
			return run.Answer(host, h.ISN)
		}
	}
	return nil
}

// truths returns the true paths that a life may stand for in the capture, each
// with the least number of its states that has to be told.
//
// An endpoint that returns to LISTEN begins again, as a new connection or, if a
// late SYN has the same number, within the same. One that connects from LISTEN
// looks as if it had been CLOSED (row 4 of the transition table).
func truths(l *model.Life) (list []truePath) {
	start := 0
	for i, c := range l.Changes {
		switch {
		case c.From == state.Listen && c.To == state.SynSent:
			list, start = nil, i
		case c.From == state.SynReceived && c.To == state.Listen:
			list = append(list, newTruePath(l.Changes[start:i+1]))
			start = i + 1
		}
	}
	return append(list, newTruePath(l.Changes[start:]))
}

// truePath is one true path; what follows seen cannot be seen by anybody.
type truePath struct {
	states []state.State
	seen   int
}

// newTruePath cuts off the end that no capture can show: what only a timer or
// a call did, and sends of which no copy came to the tap.
func newTruePath(changes []model.Change) truePath {
	p := truePath{states: []state.State{state.Closed}}
	for i, c := range changes {
		if i == 0 && c.From == state.Listen && c.To != state.SynSent {
			p.states = append(p.states, state.Listen)
		}
		p.states = append(p.states, c.To)
		if c.Cause != state.Timer && c.Cause != state.Local && c.Frame != 0 {
			p.seen = len(p.states)
		}
	}
	return p
}

// told tells whether a path is one of the true ones, up to its unseen end.
func told(start state.State, path state.Path, paths []truePath) bool {
	states := path.States()
	if states == nil {
		states = []state.State{start}
	}
	return slices.ContainsFunc(paths, func(p truePath) bool {
		return len(states) >= p.seen && len(states) <= len(p.states) && slices.Equal(states, p.states[:len(states)])
	})
}

// A transition called proven is never wrong, and the true path is the path or
// among the alternatives, whatever the path between the endpoints loses,
// reorders or duplicates, on either side of the tap. FLOWSTATE_MODEL_RUNS sets
// how many runs are made; docs/inference.md has the figures of a long one.
func TestInferenceAgainstModel(t *testing.T) {
	runs := 2000
	if n, err := strconv.Atoi(os.Getenv("FLOWSTATE_MODEL_RUNS")); err == nil {
		runs = n
	}
	var sides, asPath, among, wrong, missed, hidden int
	for seed := range uint64(runs) {
		mess := []float64{0, 0.3, 1}[seed%3]
		config := model.Random(rand.New(rand.NewPCG(seed, 0)), mess)
		config.Tap = model.Tap{} // the tap misses nothing; what it takes away is in the scenarios
		knowEachOther(&config)
		run := model.Run(config, rand.New(rand.NewPCG(seed, 1)))
		if len(run.Packets) == 0 {
			continue
		}
		for _, c := range inferRun(run) {
			for _, side := range reconstruct.Sides {
				life := truth(run, &c, side)
				if life == nil || !c.result.Known[side] {
					continue
				}
				sides++
				if hidesFIN(life) {
					hidden++
					continue
				}
				paths := truths(life)
				for _, tr := range c.result.Paths[side] {
					if tr.Certainty >= state.Strong && !hasEdge(paths, tr) {
						wrong++
						report(t, run, seed, &c, side, life, fmt.Sprintf("%s to %s is called %s and is wrong", tr.From, tr.To, tr.Certainty))
					}
				}
				switch {
				case told(c.result.Start[side], c.result.Paths[side], paths):
					asPath++
				case slices.ContainsFunc(c.result.Alternatives[side], func(a state.Alternative) bool {
					return told(c.result.Start[side], a.Path, paths)
				}):
					among++
				default:
					missed++
					report(t, run, seed, &c, side, life, "the true path is missing")
				}
			}
		}
	}
	t.Logf("%d endpoints: the truth is the path in %d, an alternative in %d, missing in %d, hidden in %d; %d proven transitions wrong", sides, asPath, among, missed, hidden, wrong)
}

// hidesFIN tells whether the endpoint sent a FIN of which no copy came to the
// tap: nothing in the capture can tell.
func hidesFIN(l *model.Life) bool {
	for _, c := range l.Changes {
		if (c.To == state.FinWait1 || c.To == state.LastAck) && c.Frame == 0 {
			return true
		}
	}
	return false
}

// knowEachOther gives both ends a service's port where both connect: that a
// port is nobody's ephemeral one is what tells flowstate that they might.
func knowEachOther(c *model.Config) {
	for _, call := range c.Script {
		if call.Do == model.Connect && call.Side == reconstruct.Server {
			for side, text := range [2]string{"10.0.0.1:5000", "10.0.0.2:5001"} {
				a := netip.MustParseAddrPort(text)
				c.Hosts[side].Addr = decode.Endpoint{IP: decode.Address{Bytes: a.Addr().As16()}, Port: a.Port()}
			}
		}
	}
}

func hasEdge(paths []truePath, tr state.Transition) bool {
	for _, p := range paths {
		for i := 1; i < len(p.states); i++ {
			if p.states[i-1] == tr.From && p.states[i] == tr.To {
				return true
			}
		}
	}
	return false
}

func report(t *testing.T, run *model.Result, seed uint64, c *inferred, side reconstruct.Side, life *model.Life, what string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, conn %d, %s: %s\n", seed, c.conn.Number, side, what)
	for _, ch := range life.Changes {
		fmt.Fprintf(&b, "  true %s %s -> %s (%s, %s, frame %d)\n", ch.At, ch.From, ch.To, ch.Event, ch.Cause, ch.Frame)
	}
	for _, tr := range c.result.Paths[side] {
		fmt.Fprintf(&b, "  path %s -> %s %s frame %d proof %d: %s\n", tr.From, tr.To, tr.Certainty, tr.Frame, tr.ProofFrame, tr.Why)
	}
	for _, a := range c.result.Alternatives[side] {
		fmt.Fprintf(&b, "  or   %v\n", a.Path.States())
	}
	t.Errorf("%s%s", b.String(), run.Scenario("x"))
}
