package kind

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// stateFills tell states apart by grey and hatch; what lies beside each other
// in a path differs clearly.
var stateFills = [state.NumStates]chart.Fill{
	state.Closed:      {Ink: scene.White},
	state.Listen:      {Ink: scene.White, Hatch: chart.Upright},
	state.SynSent:     {Ink: 0xe8e8e8, Hatch: chart.Rising},
	state.SynReceived: {Ink: 0xe8e8e8, Hatch: chart.Falling},
	state.Established: {Ink: 0xcfe3f1},
	state.FinWait1:    {Ink: 0xf6e3c5, Hatch: chart.Rising},
	state.FinWait2:    {Ink: 0xf6e3c5},
	state.CloseWait:   {Ink: 0xe5ddec, Hatch: chart.Falling},
	state.Closing:     {Ink: 0xf6e3c5, Hatch: chart.Crossed},
	state.LastAck:     {Ink: 0xe5ddec},
	state.TimeWait:    {Ink: 0xd9d9d9, Hatch: chart.Upright},
}

// states shows the path of each endpoint as a lane.
func states(v *view) []chart.Panel {
	panel := chart.Panel{Y: chart.Axis{Label: "State"}, Below: true}
	for _, t := range v.traces {
		for _, s := range reconstruct.Sides {
			if t.Conn == nil || !t.Conn.States.Known[s] {
				continue
			}
			name := s.String()
			if v.overlaid() {
				name = t.Name + ", " + name
			}
			spans := v.path(t, s)
			panel.Lanes = append(panel.Lanes, chart.Lane{Name: name, Spans: spans})
			for i := range spans {
				if spans[i].Early > 0 {
					panel.Y.Label = "State (a slanted border: the change came in between)"
				}
			}
		}
	}
	return []chart.Panel{panel}
}

// path turns the path of an endpoint into spans.
func (v *view) path(t *Trace, s reconstruct.Side) (spans []chart.Span) {
	end := t.Conn.End.Sub(t.Conn.Start)
	tail := end / 25 // in which the last state is seen
	if end == 0 {
		tail = time.Microsecond
	}
	in := t.Conn.States.Start[s]
	now := chart.Span{Text: v.states(in), Fill: stateFills[in]}
	at := time.Duration(0)
	for _, step := range t.Conn.States.Paths[s] {
		from, to := bounds(&step, at)
		now.Hi, now.Late = seconds(from), seconds(to-from)
		spans = append(spans, now)
		now = chart.Span{Text: v.states(step.To), Fill: stateFills[step.To], Early: seconds(to - from)}
		now.Lo = seconds(to)
		at = to
	}
	now.Hi = seconds(max(at, end) + tail)
	return append(spans, now)
}

// bounds are the times between which a step was taken.
func bounds(step *state.Transition, after time.Duration) (from, to time.Duration) {
	from, to = after, after
	switch {
	case step.HasEarliest && step.HasLatest:
		from, to = step.Earliest, step.Latest
	case step.HasEarliest:
		from, to = step.Earliest, step.Earliest
	case step.HasLatest:
		from, to = step.Latest, step.Latest
	}
	from = max(from, after)
	return from, max(to, from)
}

// stateNames are the names of states under a view.
type stateNames func(state.State) string
