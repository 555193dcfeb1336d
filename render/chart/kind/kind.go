package kind

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// Kind is a sort of chart of a connection.
type Kind struct {
	Name    string
	Aliases []string // what other programs call it
	Short   string   // what it shows, for the help
	Points  []Points // what the CSV beside it holds
	Ledger  bool     // of all connections of a capture rather than of one
	lanes   bool     // a lane for each endpoint, rather than a panel
	x       chart.Axis
	draw    func(v *view) []chart.Panel
	say     func(v *view) []string       // sentences for the caption; may be nil
	fit     func(v *view, x *chart.Axis) // makes the X axis fit for what is shown; may be nil
}

// Kinds returns all kinds, in the order of the help.
func Kinds() []*Kind {
	along := chart.Axis{Label: "Time since the connection's first packet", Unit: chart.Seconds, Zero: true}
	return []*Kind{
		{Name: "stevens", Aliases: []string{"time-sequence-stevens", "time-sequence", "tsg-stevens"}, Short: "sequence number of each segment along time", x: along, draw: stevens, Points: stevensPoints},
		{Name: "tcptrace", Aliases: []string{"time-sequence-tcptrace", "tsg", "xplot"}, Short: "segments as bars, with acknowledgements, window, SACKs and what was sent again, by cause", x: along, draw: tcptrace, say: sayRepeats, Points: tcptracePoints},
		{Name: "in-flight", Aliases: []string{"owin", "outstanding", "bytes-in-flight", "flight", "cwnd", "congestion-window", "ssthresh"}, Short: "bytes in flight, pipe, congestion window, ssthresh and receive window; slow start shaded", x: along, draw: inFlight, say: sayFlight, Points: inFlightPoints},
		{Name: "throughput", Aliases: []string{"goodput", "rate", "bandwidth", "tput", "io-graph"}, Short: "throughput and goodput over a trailing window", x: along, draw: rates, say: sayRates, Points: throughputPoints},
		{Name: "rtt", Aliases: []string{"round-trip-time", "rtts"}, Short: "round-trip times along time, smoothed, and the retransmission time-out", x: along, draw: rttAlong, say: sayRTT, Points: rttPoints},
		{Name: "rtt-cdf", Aliases: []string{"rtt-distribution", "rtt-histogram"}, Short: "distribution of the round-trip times", x: chart.Axis{Label: "Round-trip time", Unit: chart.Seconds, Zero: true}, draw: rttCDF, say: sayCDF, fit: fitCDF, Points: rttCdfPoints},
		{Name: "segment-sizes", Aliases: []string{"segment-size", "segsize", "packet-sizes", "ssize"}, Short: "payload of each segment along time", x: along, draw: segmentSizes, Points: segmentSizesPoints},
		{Name: "window", Aliases: []string{"window-scaling", "advertised-window", "rwnd", "receive-window"}, Short: "receive window that each side advertised", x: along, draw: window, Points: windowPoints},
		{Name: "states", Aliases: []string{"state", "state-timeline"}, Short: "the states of both endpoints along time", x: along, lanes: true, draw: states, Points: statesPoints},
		{Name: "limits", Aliases: []string{"limit"}, Short: "what kept the sender from sending more, along time", x: along, lanes: true, draw: limits, say: sayLimits, Points: limitsPoints},
		{Name: "limit-shares", Aliases: []string{"limits-shares"}, Short: "shares of the transfer's time by what kept the sender from sending more", x: chart.Axis{Label: "Share of the transfer's time", Unit: chart.Percent, Range: chart.Range{Lo: 0, Hi: 1}}, lanes: true, draw: limitShares, say: sayLimits, Points: limitSharesPoints},
		{Name: "connections", Aliases: []string{"overview", "conversations"}, Short: "all connections of a capture along time, by how they ended", Ledger: true, Points: connectionsPoints},
	}
}

// Parse returns the kinds that a list names: kinds to be stacked, top first.
// Only those along time can be.
func Parse(list string) ([]*Kind, error) {
	var chosen []*Kind
	for name := range strings.SplitSeq(list, ",") {
		k := find(strings.ToLower(strings.TrimSpace(name)))
		if k == nil {
			return nil, unknown(strings.TrimSpace(name))
		}
		chosen = append(chosen, k)
	}
	for _, k := range chosen {
		if len(chosen) > 1 && (k.Ledger || k.x.Label != chosen[0].x.Label) {
			return nil, fmt.Errorf("%s and %s have different X axes: they cannot be stacked", chosen[0].Name, k.Name)
		}
	}
	return chosen, nil
}

// unknown tells what there is instead of a kind that there is not.
func unknown(name string) error {
	if slices.Contains([]string{"tline", "sline", "time-line", "flow-graph", "flow", "ladder", "sequence-diagram"}, strings.ToLower(name)) {
		return fmt.Errorf("%q is no chart here: flowstate ladder draws the segments between both ends", name)
	}
	return fmt.Errorf("unknown kind %q: use %s", name, strings.Join(Names(), ", "))
}

func find(name string) *Kind {
	for _, k := range Kinds() {
		if k.Name == name || slices.Contains(k.Aliases, name) {
			return k
		}
	}
	return nil
}

// Names returns the names of all kinds.
func Names() (names []string) {
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// Sides chooses whose data is shown.
type Sides uint8

// The choices.
const (
	Busier Sides = iota // the side that sent more
	Client
	Server
	Both
)

var sidesNames = [...]string{"busier", "client", "server", "both"}

// String returns the name used on the command line.
func (s Sides) String() string { return sidesNames[s] }

// ParseSides returns the choice of a name.
func ParseSides(name string) (Sides, error) {
	if i := slices.Index(sidesNames[:], name); i >= 0 {
		return Sides(i), nil
	}
	return 0, fmt.Errorf("unknown side %q: use %s", name, strings.Join(sidesNames[:], ", "))
}

func (s Sides) of(t *Trace) []reconstruct.Side {
	switch s {
	case Client:
		return []reconstruct.Side{reconstruct.Client}
	case Server:
		return []reconstruct.Side{reconstruct.Server}
	case Both:
		return reconstruct.Sides[:]
	}
	return []reconstruct.Side{t.Busier()}
}

// view is what one chart looks at.
type view struct {
	traces []*Trace
	sides  Sides
	states stateNames
	window time.Duration                 // of rates; 0 for one that fits
	step   time.Duration                 // between them; 0 for a quarter of that
	sorted map[side][]time.Duration      // round-trip samples, as far as they were asked for
	chosen map[*Trace][]reconstruct.Side // by sides, likewise
}

// side is one direction of a trace.
type side struct {
	t *Trace
	s reconstruct.Side
}

// newView looks at traces as a request asks for.
func (r *Request) newView(traces []*Trace) *view {
	return &view{
		traces: traces, sides: r.Sides, states: r.View.Name, window: r.Window, step: r.Step,
		sorted: map[side][]time.Duration{}, chosen: map[*Trace][]reconstruct.Side{},
	}
}

// shown returns the sides of a trace whose data is shown.
func (v *view) shown(t *Trace) []reconstruct.Side {
	if v.sides != Busier {
		return v.sides.of(t)
	}
	list, known := v.chosen[t]
	if !known {
		list = v.sides.of(t)
		v.chosen[t] = list
	}
	return list
}

// overlaid tells whether several connections share the axes.
func (v *view) overlaid() bool { return len(v.traces) > 1 }

// each calls f for every trace and side that is shown.
func (v *view) each(f func(t *Trace, s reconstruct.Side)) {
	for _, t := range v.traces {
		for _, s := range v.shown(t) {
			f(t, s)
		}
	}
}

// panel gathers series for one panel. Where several traces share it, only the
// main series of each is kept, under the name of the trace.
type panel struct {
	v    *view
	n    int // main series so far
	list []chart.Series
}

// add adds the series of one side, what lies on top last.
func (p *panel) add(t *Trace, s reconstruct.Side, main int, series ...chart.Series) {
	if p.v.overlaid() {
		main := series[main]
		look := chart.NthLook(p.n)
		main.Name, main.Letter = t.Name, ""
		if p.v.sides == Both {
			main.Name += ", " + s.String()
		}
		if main.Shape == chart.Dots {
			look.Size = max(2.6, dotSize(len(main.Points)))
		} else {
			look.Marker = chart.NoMarker
		}
		if main.Shape == chart.Bars {
			main.Shape = chart.Line
		}
		main.Look = look
		series = []chart.Series{main}
	}
	p.n++
	p.list = append(p.list, series...)
}

// direction tells whose data a panel shows, for the title of its axis.
func (v *view) direction() string {
	if v.sides == Both {
		return ""
	}
	side := v.shown(v.traces[0])[0]
	for _, t := range v.traces {
		if v.shown(t)[0] != side {
			return ", of the side that sent more"
		}
	}
	return ", " + side.String() + " to " + side.Peer().String()
}
