package analyze

import (
	"github.com/flowstate-tcp/flowstate/analyze/behaviour"
	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/health"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/analyze/throughput"
	"github.com/flowstate-tcp/flowstate/analyze/vantage"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Measures is what was measured of one side of a connection: of its own data,
// and of the window that it advertised.
type Measures struct {
	RTT        rtt.Result
	Flight     flight.Result
	loss.Tally // its segments that were sent again, late or twice
	Limit      limit.Result
	Timer      rtt.Timer // of its retransmissions, as its SYN suggests

	Behaviour behaviour.Result
}

// Segment is one segment in its connection, with what was measured at it.
type Segment struct {
	*reconstruct.Step
	RTT         rtt.Sample
	Delivers    bool         // it acknowledges something new: RTT is set
	Smoothed    rtt.Smoothed // the estimate of the side that it goes to, as the segment finds it
	Flight      flight.State
	FlightKnown bool
	Loss        loss.Verdict
	Extra       Extra // that Options.Extra made for its connection, after this segment
	Limit       limit.State
	LimitKnown  bool
}

// measures are the measuring trackers of a connection, in the order in which
// each needs what those before it found.
type measures struct {
	loss   loss.Tracker // judges by what was known before the segment
	flight flight.Tracker
	rtt    rtt.Tracker
	limit  limit.Tracker

	vantage vantage.Tracker
	health  health.Tracker
	phases  throughput.Phases

	behaviour behaviour.Tracker
}

func (m *measures) reset() {
	m.loss.Reset()
	m.flight.Reset()
	m.rtt.Reset()
	m.limit.Reset()
	m.vantage.Reset()
	m.health.Reset()
	m.phases.Reset()
	m.behaviour.Reset()
}

// latest is what was found at the latest step. It is kept once, not for each
// connection, and written where it is kept: a struct that is returned is read
// in wider pieces than it was written in, for which a processor has to wait.
type latest struct {
	verdict   loss.Verdict
	delivered flight.Delivery
	sample    rtt.Sample
	delivers  bool // sample is set
}

func (m *measures) observe(step *reconstruct.Step, now *latest) {
	if step.Swapped {
		m.loss.Swap()
		m.flight.Swap()
		m.rtt.Swap()
		m.limit.Swap()
		m.vantage.Swap()
		m.health.Swap()
		m.phases.Swap()
		m.behaviour.Swap()
	}
	m.loss.Observe(step, &m.flight, &m.rtt, &now.verdict)
	m.flight.Observe(step, now.verdict.Cause == loss.RTO, &now.delivered)
	now.delivers = m.rtt.Observe(step, &now.delivered, &now.sample)
	m.limit.Observe(step, &m.flight, &m.rtt, now.verdict.Cause)
	m.vantage.Observe(step, &now.delivered)
	m.health.Observe(step)
	m.phases.Observe(step)
	turn, known := m.vantage.Turnaround(step.From)
	m.behaviour.Observe(step, now.verdict.Cause == loss.RTO, turn, known)
}

// tell fills s with what was found at the latest step.
func (m *measures) tell(step *reconstruct.Step, now *latest, s *Segment) {
	s.Step, s.Loss = step, now.verdict
	s.RTT, s.Delivers = now.sample, now.delivers
	s.Smoothed = now.sample.Before
	if !now.delivers {
		s.Smoothed = m.rtt.Smoothed(step.Conn.Peer(step.From))
	}
	s.Flight, s.FlightKnown = m.flight.State(step)
	s.Limit, s.LimitKnown = m.limit.State(step)
}

// results returns what was found over the whole connection.
func (m *measures) results(c *reconstruct.Connection) (both [2]Measures) {
	for _, side := range reconstruct.Sides {
		both[side] = Measures{
			RTT: m.rtt.Result(side), Flight: m.flight.Result(c, side), Tally: m.loss.Tally(side),
			Limit: m.limit.Result(side), Timer: m.loss.Timer(side), Behaviour: m.behaviour.Result(c, side),
		}
	}
	return both
}
