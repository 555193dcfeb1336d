package report

import (
	"slices"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/chart/kind"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/ladder"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// Collector gathers what a report needs of one capture. What it keeps of the
// connections that will have figures is bounded by the report's budget.
type Collector struct {
	file    string
	options Options
	open    map[int]*recording
	held    int // segments kept for charts
	found   []*Connection
	drawn   choice // of these
	icmp    *explain.Document
}

// recording is a connection that has not ended.
type recording struct {
	ladder.Recorder
	trace   kind.Trace
	tooLong bool
}

// mostSegments is how many are kept for charts at a time: some 500 MB.
const mostSegments = 2_000_000

// Collector returns one for a capture.
func (r *Report) Collector(file string) *Collector {
	return &Collector{file: file, options: r.Options, open: map[int]*recording{}, drawn: choice{budget: r.Budget}}
}

// Run goes through an analysis, and returns how many connections it gave. It stops
// where they are more than Options.Most.
func (c *Collector) Run(a *analyze.Analysis) (connections int) {
	for s, conn := range a.Walk() {
		if s != nil {
			c.record(s)
		} else {
			c.end(conn)
		}
		if c.options.Most > 0 && len(c.found)+len(c.open) > c.options.Most {
			break
		}
	}
	c.icmp = explain.ICMP(c.file, a.Findings())
	return len(c.found) + len(c.open)
}

// record keeps a segment.
func (c *Collector) record(s *analyze.Segment) {
	if c.options.Budget == 0 {
		return
	}
	number := s.Conn.Number
	r := c.open[number]
	if r == nil {
		r = &recording{trace: kind.Trace{File: c.file}}
		c.open[number] = r
	}
	r.Recorder.Add(s)
	switch {
	case r.tooLong:
	case c.held == mostSegments:
		c.held -= len(r.trace.Rows)
		r.trace.Rows, r.tooLong = nil, true
	default:
		r.trace.Add(s)
		c.held++
	}
}

// end takes a connection that has ended.
func (c *Collector) end(conn *analyze.Connection) {
	told := &Connection{Connection: table.Connection{File: c.file, View: c.options.View, Connection: conn}}
	c.found = append(c.found, told)
	r := c.open[conn.Number]
	if r == nil {
		return
	}
	delete(c.open, conn.Number)
	c.held -= len(r.trace.Rows)
	if c.drawn.wants(told) {
		told.draw(r, &c.options)
		c.drawn.add(told)
	}
}

// draw makes what a connection with figures has.
func (c *Connection) draw(r *recording, o *Options) {
	rows := explain.Rows()
	c.Explanation = explain.Connection(c.File, c.Connection.Connection, r.Ladder(c.Connection.Connection, rows))
	c.Ladder = r.Ladder(c.Connection.Connection, ladder.Options{File: c.File, View: o.View, Command: o.Command})
	if c.TooLong = r.tooLong; c.TooLong {
		return
	}
	r.trace.Conn = c.Connection.Connection
	c.Charts = charts(&r.trace, o)
}

// columns is how many points a chart tells apart along time.
const columns = 3000

// charts are those of a connection, stacked; nil where it has nothing to draw.
func charts(t *kind.Trace, o *Options) *chart.Figure {
	kinds, err := kind.Parse("tcptrace,in-flight,rtt,throughput")
	if err != nil {
		panic(err) // a kind does not exist: our mistake
	}
	request := kind.Request{Kinds: kinds, Sides: sides(t), View: o.View, Command: o.Command}
	f, err := request.Draw(t)
	if err != nil {
		return nil
	}
	f.Panels = slices.DeleteFunc(f.Panels, func(p chart.Panel) bool {
		return !slices.ContainsFunc(p.Series, func(s chart.Series) bool { return len(s.Points) > 0 })
	})
	return f.Thinned(columns)
}

// sides are both where both sent a good part of the data, else the busier one.
func sides(t *kind.Trace) kind.Sides {
	a, b := t.Payload(reconstruct.Client), t.Payload(reconstruct.Server)
	if min(a, b) > 0 && 3*min(a, b) >= max(a, b) {
		return kind.Both
	}
	return kind.Busier
}
