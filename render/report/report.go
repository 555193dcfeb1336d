package report

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/health"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/chart/kind"
	"github.com/flowstate-tcp/flowstate/render/diagram"
	"github.com/flowstate-tcp/flowstate/render/explain"
	labfigures "github.com/flowstate-tcp/flowstate/render/lab/figures"
	"github.com/flowstate-tcp/flowstate/render/ladder"
	"github.com/flowstate-tcp/flowstate/render/phrase"
	"github.com/flowstate-tcp/flowstate/render/scene"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// Options say what a report holds.
type Options struct {
	Title   string     // empty for one that names the captures
	View    state.View // whose names of states
	Budget  int64      // bytes of figures, about; 0 for no figures, negative for all
	Most    int        // connections of a capture; 0 for no bound
	Command string     // that makes the report again
	Pages   int        // most that the body of a paper in LaTeX should have; 0 for no bound
	Chosen  string     // what chose the connections, such as --filter "port 80"; empty for all
}

// DefaultBudget is one that opens at once.
const DefaultBudget = 6 << 20

// Report is everything that is told, in no format.
type Report struct {
	Options
	Sources     []Source
	Connections []*Connection // by source, then by number
	Overview    *chart.Figure // all connections along time; nil for a single one, or where sources are many
	Lab         *Lab          // nil where it is not of a lab

	trust [health.NumMeasurements][numTrusts]int // connections
	lives []kind.Life
	drawn choice
}

const numTrusts = int(health.Nothing) + 1

// Source is a capture as a whole.
type Source struct {
	table.Capture
	Format   string // of the file, as package pcapfile names it
	Comments []pcapfile.Comment
	Err      error             // why it could not be read, or not to its end
	ICMP     *explain.Document // on ICMP errors that belong to no connection; nil for none
}

// Connection is one connection with everything that is told of it.
type Connection struct {
	table.Connection
	ID          string // unique in the report, and fit for a link: conn-3
	Source      int    // its capture, in Report.Sources
	Ladder      *ladder.Ladder
	Charts      *chart.Figure // stacked; nil for a connection without data, too
	TooLong     bool          // for charts: its segments were too many to be kept
	Explanation *explain.Document
}

// Lab is the sweep that the captures are of.
type Lab struct {
	*labfigures.Sweep
	Figures []*labfigures.Figure
	Missing []labfigures.Missing
}

// New begins a report.
func New(o Options) *Report { return &Report{Options: o, drawn: choice{budget: o.Budget}} }

// Drawn tells whether the connection has its figures and its explanation, for
// which there is no room in a report on too many.
func (c *Connection) Drawn() bool { return c.Explanation != nil }

// Title names the connection within its capture.
func (c *Connection) Title() string {
	return fmt.Sprintf("Connection %d: %s > %s", c.Number, c.Ends[reconstruct.Client], c.Ends[reconstruct.Server])
}

// Findings are what is worth knowing of the connection.
func (c *Connection) Findings() []finding.Finding { return c.Connection.Connection.Findings }

// Paths tells the states of both sides.
func (c *Connection) Paths() [2]table.Path {
	return [2]table.Path{table.PathOf(&c.Connection, reconstruct.Client), table.PathOf(&c.Connection, reconstruct.Server)}
}

// Graph is the state diagram of the connection; nil where neither side changed
// its state.
func (c *Connection) Graph() *diagram.Graph {
	var walks []diagram.Walk
	for _, side := range reconstruct.Sides {
		if steps := c.View.Tell(c.States.Paths[side]); len(steps) > 0 {
			walks = append(walks, diagram.Walk{Side: side, Steps: steps})
		}
	}
	if len(walks) == 0 {
		return nil
	}
	return diagram.New(filepath.Base(c.File)+", "+strings.ToLower(c.Title()[:1])+c.Title()[1:], walks...)
}

// GraphCaption says what the state diagram shows.
func (c *Connection) GraphCaption() string {
	paths := c.Paths()
	return fmt.Sprintf("The states that both endpoints went through: %s %s, %s %s. A whole line is shown by the capture, a dashed one assumed, a dotted one not observable.",
		paths[0].Who, paths[0].Ends, paths[1].Who, paths[1].Ends)
}

// Add takes a source and what its collector found, in the order of the report.
func (r *Report) Add(s Source, c *Collector) {
	s.ICMP = c.icmp
	slices.SortFunc(c.found, func(a, b *Connection) int { return a.Number - b.Number })
	for _, conn := range c.found {
		conn.Source = len(r.Sources)
		for m, t := range conn.Health.Trust {
			r.trust[m][t]++
		}
		r.lives = append(r.lives, kind.LifeOf(conn.Connection.Connection))
	}
	r.Connections = append(r.Connections, c.found...)
	r.Sources = append(r.Sources, s)
	r.drawn.join(&c.drawn)
}

// Finish completes a report whose sources were all added.
func (r *Report) Finish() {
	for _, c := range r.Connections {
		c.ID = fmt.Sprintf("conn-%d", c.Number)
		if len(r.Sources) > 1 {
			c.ID = fmt.Sprintf("conn-%d-%d", c.Source+1, c.Number)
		}
	}
	if len(r.Sources) == 1 && len(r.Connections) > 1 {
		request := kind.Request{Command: r.Command}
		if f, err := kind.Overview(r.Sources[0].File, r.lives, &request); err == nil {
			r.Overview = f
		}
	}
	r.lives = nil
	if r.Title == "" {
		r.Title = r.name()
	}
}

// name is a title that names the captures.
func (r *Report) name() string {
	switch {
	case len(r.Sources) == 1 && r.Sources[0].File == "-":
		return "Standard input"
	case len(r.Sources) == 1:
		return scene.Clean(filepath.Base(r.Sources[0].File))
	case r.Lab != nil:
		return "Lab over the link " + scene.Clean(r.Lab.Report.Backend)
	}
	return phrase.Counted(len(r.Sources), "capture")
}

// Rule says which connections have figures, and how to have others; empty where
// all have.
func (r *Report) Rule() string {
	drawn := len(r.drawn.kept)
	if drawn == len(r.Connections) {
		return ""
	}
	states := "states"
	if r.Brief() {
		states = "states without their evidence, which flowstate states tells,"
	}
	return fmt.Sprintf("%d of %s have figures, numbers and an explanation: those with the gravest findings first, then those with most packets, as far as %s of figures reach. --figures sets another size or all, --conn and --filter choose connections; each has its row, %s and findings here in any case.",
		drawn, phrase.Counted(len(r.Connections), "connection"), chart.Bytes.Format(float64(max(0, r.Budget))), states)
}

// Brief tells whether the connections are so many that those without figures have
// the names of their states alone: the evidence of all would be no page that a
// browser opens.
func (r *Report) Brief() bool {
	const most = 2000
	return len(r.Connections) > most
}

// scope says what the report is on.
func (r *Report) scope() string {
	said := phrase.Counted(len(r.Connections), "connection") + " in " + phrase.Counted(len(r.Sources), "capture")
	if r.Chosen != "" {
		said += ", chosen by " + r.Chosen
	}
	return said + "."
}

// legend explains the words that all parts use.
const legend = "Times are in seconds after the first packet of each connection, by the clock of the capture. " +
	"Proven: sequence numbers prove it. Strong: proven, its time bounded on one side only. " +
	"Assumed: true if nothing was lost between the capture and the endpoint. Unobserved: a timer or a local call, which no packet shows."
