package view

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// The tabs of an open connection.
const (
	tabSummary = iota
	tabStates
	tabSegments
	tabLadder
	tabCharts
	tabWords
	numTabs
)

var tabNames = [numTabs]string{"Summary", "States", "Segments", "Ladder", "Charts", "In words"}

// connection is the one that is open.
type connection struct {
	entry
	*analyze.Connection
	ladder   *ladder.Ladder
	words    *explain.Document
	rows     window
	plot     *plot
	pages    [numTabs]page // of the tabs that are text
	segments scroller
	charts   charts
}

// ladderRows is how many rows a ladder has at most.
const ladderRows = 300

// openConnection reads the capture again for one connection, and shows it with
// the given of its segments under the cursor.
func (a *App) openConnection(e entry, frame capture.FrameNumber, tab int) {
	a.read(fmt.Sprintf("opening %d", e.number), func(source analyze.Source, _ func(func())) (func(error), error) {
		c := &connection{entry: e, rows: newWindow(e.packets, 0, a.keep), plot: newPlot(e.lasted)}
		err := c.load(a.o.File, source)
		return func(err error) {
			if err != nil || c.Connection == nil {
				return
			}
			a.open, a.tab = c, tab
			if frame != 0 {
				a.jump(frame)
			}
		}, err
	})
}

// load reads the connection's segments and results. It ends when the connection
// does.
func (c *connection) load(file string, source analyze.Source) error {
	steps := ladder.Recorder{MaxRows: ladderRows}
	var told ladder.Recorder
	pass := analyze.New(source, analyze.Options{Numbers: map[int]bool{c.number: true}})
	for s, ended := range pass.Walk() {
		if ended != nil {
			c.Connection = ended
			break
		}
		c.rows.add(s)
		c.plot.add(s)
		steps.Add(s)
		told.Add(s)
	}
	if c.Connection == nil {
		return pass.Err()
	}
	c.ladder = steps.Ladder(c.Connection, ladder.Options{File: file, Rows: ladderRows})
	c.words = explain.Connection(file, c.Connection, told.Ladder(c.Connection, explain.Rows()))
	if c.bytes[reconstruct.Server] > c.bytes[reconstruct.Client] {
		c.charts.side = reconstruct.Server
	}
	return nil
}

// fetch reads the segments around one that the window lacks, then calls ready.
func (a *App) fetch(c *connection, at int, ready func()) {
	a.read("reading segments", func(source analyze.Source, _ func(func())) (func(error), error) {
		rows := newWindow(c.packets, at, a.keep)
		pass := analyze.New(source, analyze.Options{Numbers: map[int]bool{c.number: true}})
		for s := range pass.Segments() {
			if rows.add(s); rows.full() {
				break
			}
		}
		return func(err error) {
			if err == nil && a.open == c {
				rows.total = c.rows.total
				c.rows = rows
				ready()
			}
		}, pass.Err()
	})
}
