package figures

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/chart/kind"
	"github.com/flowstate-tcp/flowstate/render/diagram"
	text "github.com/flowstate-tcp/flowstate/render/lab"
)

// Sweep is what there is to draw.
type Sweep struct {
	Report  *text.Report              // its cells are finished
	Setup   []string                  // sentences: what was run, and how
	Details []Detail                  // of the cells that were recorded, in their order
	Walks   map[string][]diagram.Walk // by cell
	Command string                    // that makes the figures again
}

// Detail is the typical recording of a cell: the connection whose goodput is
// nearest to the median.
type Detail struct {
	Cell    *lab.Cell
	Outcome *lab.Outcome
	Trace   *kind.Trace
	Along   *lab.Along
	Kernel  []KernelWindow // from TCP_INFO, where it was sampled
}

// KernelWindow is the congestion window that the sender's kernel told.
type KernelWindow struct {
	At       time.Duration // since the connection's first packet
	Cwnd     int64         // octets
	Ssthresh int64         // octets, 0 where it is not set yet
}

// Figure is one figure of the report.
type Figure struct {
	Name   string // of its files, without ending
	Title  string
	Chart  *chart.Figure    // nil for a sheet
	Graphs []*diagram.Graph // of a sheet, to be laid side by side
	Said   string           // the caption
	Answer []string         // what follows, a paragraph each
}

// Missing is a figure that cannot be drawn, and why.
type Missing struct{ Title, Why string }

// maker makes figures of one sort, or tells why there are none.
type maker struct {
	title string
	make  func(*Sweep) (all []*Figure, why string)
}

func makers() []maker {
	return []maker{
		{"Delay against bandwidth", bandwidthDelay},
		{"Windows and bandwidth along time", windowsAlong},
		{"Time and sequence through the end of slow start", slowStarts},
		{"States at each delay and merged", stateSheet},
		{"Close pattern against delay", closePattern},
		{"Simulation effect", simulationEffect},
		{"Probe effect", probeEffect},
		{"Hypothesis 1: round trips and slow start", hypothesis1},
		{"Hypothesis 2: automatic socket buffers", hypothesis2},
	}
}

// CSVFile is the CSV beside figures of a sort, by its name, with what its points
// are.
type CSVFile struct{ Name, Meaning string }

// CSVFiles returns them, in the order of the report.
func CSVFiles() []CSVFile {
	return []CSVFile{
		{"bandwidth-delay", "Bandwidth: goodput of the transfers (goodput_bps of summary), by socket buffers; window/RTT: the fitted curve; Bandwidth × round trip: in bytes"},
		{"time-Nms", "x is the time since the first packet. Bandwidth: of the typical recording of each setting; Windows: rwnd, ssthresh and cwnd of segments, what was sent again at its in_flight, cwnd and ssthresh of the kernel from TCP_INFO samples"},
		{"slow-start-Nms", "x is the time since the first packet: as plot --kind tcptrace, only the time that is shown"},
		{"close-delay", "x is the time that the first FIN was under way, y that between the two calls, a point for each connection, by how it closed"},
		{"simulation-effect", "handshake_rtt_s of summary less twice the set delay, and that relative to it"},
		{"probe-effect", "bandwidth as the benchmark measured it, with and without recording, and the ratio of the medians"},
		{"hypothesis-1", "time of slow start, and bandwidth of what was sent after it"},
		{"hypothesis-2", "ratio of the bandwidths with automatic and fixed buffers; bytes in flight at the end of slow start, bytes for each round trip of it, share of time kept back by rwnd"},
	}
}

// All makes all figures, in the order of the report.
func All(s *Sweep) (all []*Figure, missing []Missing) {
	for _, m := range makers() {
		made, why := m.make(s)
		for _, f := range made {
			f.finish(s)
		}
		all = append(all, made...)
		if why != "" {
			missing = append(missing, Missing{m.title, why})
		}
	}
	return all, missing
}

// finish gives a chart what is the same in all of them.
func (f *Figure) finish(s *Sweep) {
	if f.Chart != nil {
		f.Chart.Title, f.Chart.Caption, f.Chart.Command = f.Title, f.Said, s.Command
	}
}

// delay is the abscissa of a cell.
func delay(c *lab.Cell) time.Duration { return c.Way[0].Delay }

// delayAxis has its ticks at the delays, where they are few.
func (s *Sweep) delayAxis() chart.Axis {
	a := chart.Axis{Label: "Set one-way delay", Unit: chart.Seconds, Zero: true}
	const few = 16
	if delays := s.delays(); len(delays) > 1 && len(delays) <= few {
		for _, d := range delays {
			a.Ticks = append(a.Ticks, d.Seconds())
		}
	}
	return a
}

// variant is the cells that differ in nothing but their delay.
type variant struct {
	name  string
	cells []*lab.Cell // by delay
	look  chart.Look
}

// variants groups the recorded cells.
func (s *Sweep) variants() []variant { return s.group(true) }

func (s *Sweep) group(recorded bool) (all []variant) {
	for i := range s.Report.Cells {
		c := &s.Report.Cells[i]
		at := slices.IndexFunc(all, func(v variant) bool { return v.name == c.Variant() })
		if at < 0 {
			at = len(all)
			all = append(all, variant{name: c.Variant(), look: chart.NthLook(at)})
		}
		if c.Recorded == recorded {
			all[at].cells = append(all[at].cells, c)
		}
	}
	for _, v := range all {
		slices.SortStableFunc(v.cells, func(a, b *lab.Cell) int { return int(delay(a) - delay(b)) })
	}
	return all
}

// words name a variant.
func (v *variant) words() string {
	if v.name == "" {
		return "all runs"
	}
	said := strings.NewReplacer("buffers=auto", "automatic buffers", "buffers=fixed", "fixed buffers", ",", ", ").Replace(v.name)
	return said
}

// delays are those of the recorded cells, ascending.
func (s *Sweep) delays() (all []time.Duration) {
	for _, d := range s.Details {
		if !slices.Contains(all, delay(d.Cell)) {
			all = append(all, delay(d.Cell))
		}
	}
	slices.Sort(all)
	return all
}

// at are the details of a delay.
func (s *Sweep) at(d time.Duration) (all []*Detail) {
	for i := range s.Details {
		if delay(s.Details[i].Cell) == d {
			all = append(all, &s.Details[i])
		}
	}
	return all
}

// whole is a quartile point of a spread.
func quartiles(x time.Duration, s lab.Spread[float64]) chart.Point {
	return chart.Point{X: x.Seconds(), Y: s.Median, Low: s.Q1, High: s.Q3}
}

// spread gathers a value of each connection of a cell; what is 0 is unknown.
func spread(c *lab.Cell, of func(*lab.Outcome) float64) lab.Spread[float64] {
	return lab.SpreadOf(values(c, of))
}

func values(c *lab.Cell, of func(*lab.Outcome) float64) (all []float64) {
	for i := range c.Outcomes {
		if v := of(&c.Outcomes[i]); v != 0 {
			all = append(all, v)
		}
	}
	return all
}

// rated tells whether a cell has bandwidths that mean something.
func (s *Sweep) rated(c *lab.Cell) bool { return c.Goodput.N > 0 && !s.unlimited(c) }

// unlimited tells where virtual time stands still while data is moved.
func (s *Sweep) unlimited(c *lab.Cell) bool {
	return s.Report.Backend == "simulated" && c.Way[0].Delay+c.Way[1].Delay == 0
}

// rateAxis is one of bandwidths: logarithmic, where they are of different orders.
func rateAxis(label string, all []chart.Series) chart.Axis {
	low, high := math.Inf(1), 0.0
	for _, s := range all {
		for _, p := range s.Points {
			low, high = min(low, p.Y), max(high, p.Y)
		}
	}
	const orders = 20
	return chart.Axis{Label: label, Unit: chart.BitsPerSecond, Log: high >= orders*low, Zero: high < orders*low}
}

// counted says how many connections stand behind each point.
func (s *Sweep) counted() string {
	least, most := 1<<30, 0
	for i := range s.Report.Cells {
		if c := &s.Report.Cells[i]; c.Recorded {
			least, most = min(least, c.Connections), max(most, c.Connections)
		}
	}
	if least == most {
		return fmt.Sprintf("%d connections a point", most)
	}
	return fmt.Sprintf("%d to %d connections a point", least, most)
}

// rate is the goodput of a connection in words.
func (s *Sweep) rate(d *Detail) string {
	if s.unlimited(d.Cell) {
		return "no limit, since virtual time stands still while data is moved without delay"
	}
	return bits(d.Outcome.Goodput)
}

func bits(v float64) string       { return chart.BitsPerSecond.Format(v) }
func octets(v float64) string     { return chart.Bytes.Format(v) }
func took(d time.Duration) string { return text.Duration(d) }
func secs(v float64) string       { return text.Duration(time.Duration(v * 1e9)) }

func percent(v float64) string {
	switch {
	case v < 1e-6:
		return "0 %" // less than numbers of this kind resolve
	case v >= 1:
		return fmt.Sprintf("%.0f %%", v*100)
	}
	return fmt.Sprintf("%.3g %%", v*100)
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%g ms", float64(d)/1e6) }

// inMillis writes a delay that is a point of an axis.
func inMillis(v float64) string { return milliseconds(time.Duration(math.Round(v * 1e9))) }
