package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/render/chart/kind"
)

// plotter gathers the connections of captures and draws them.
type plotter struct {
	figures
	flags   *plotFlags
	bases   []string // of the names of figures, for each input
	request kind.Request

	slots chan struct{}
	watch stopwatch
	found []*kind.Trace // to be drawn in one figure
	lives []kind.Life   // of all connections, for an overview
}

// catch is what one capture gives.
type catch struct {
	traces []*kind.Trace
	lives  []kind.Life
	seen   int // connections
	err    error
}

func (w *plotter) ledger() bool { return w.flags.kinds.list[0].Ledger }

// nameFigures gives each capture the begin of the names of its figures.
func (w *plotter) nameFigures() {
	var names folderNames
	for _, path := range w.inputs {
		w.bases = append(w.bases, filepath.Join(w.flags.output, names.name(path, "")))
	}
}

// visit analyses the captures. Into a folder, each connection is drawn as soon
// as it has ended.
func (w *plotter) visit() ([]account, error) {
	if w.flags.inFolder() {
		if err := os.MkdirAll(w.flags.output, 0o777); err != nil {
			return nil, err
		}
	}
	accounts := make([]account, len(w.inputs))
	caught := make([]catch, len(w.inputs))
	watch := w.p.newProgress(w.inputs, &w.flags.common)
	defer watch.end()
	err := ordered(len(w.inputs), int(w.flags.jobs),
		func(i int, _ *chunker) {
			accounts[i] = w.p.survey(w.inputs[i], w.flags.options(), watch, func(_ string, a *analyze.Analysis) (int, error) {
				if w.ledger() {
					caught[i].err = w.list(i, a, &caught[i])
				} else {
					caught[i].err = w.record(i, a, &caught[i])
				}
				return caught[i].seen, nil
			})
		},
		func(int, []byte) error { return nil },
		func(i int) error {
			c := caught[i]
			caught[i] = catch{}
			w.found, w.lives = append(w.found, c.traces...), append(w.lives, c.lives...)
			if c.seen > 1 && len(c.traces) == 1 && len(w.flags.conns.numbers) == 0 && !w.flags.quiet {
				w.p.say("%s: %d connections; drawn is number %d, which carries most data; --conn N picks another", w.inputs[i], c.seen, c.traces[0].Conn.Number)
			}
			return c.err
		})
	return accounts, err
}

// list keeps what an overview needs.
func (w *plotter) list(i int, a *analyze.Analysis, c *catch) error {
	for conn := range a.Connections() {
		c.lives = append(c.lives, kind.LifeOf(conn))
		c.seen++
	}
	if !w.flags.inFolder() || c.seen == 0 {
		return nil
	}
	f, err := kind.Overview(w.inputs[i], c.lives, &w.request)
	if err != nil {
		return err
	}
	c.lives = nil
	return w.save(f, w.bases[i]+".connections."+w.format.String())
}

// record keeps the segments of connections while they last. A connection that
// ended is drawn where each has a figure of its own, while the analysis goes on,
// and otherwise kept where it is wanted.
func (w *plotter) record(i int, a *analyze.Analysis, c *catch) error {
	open := map[int]*kind.Trace{}
	artists := crew{slots: w.slots, watch: &w.watch}
	for s, conn := range a.Walk() {
		if s != nil {
			t := open[s.Conn.Number]
			if t == nil {
				t = &kind.Trace{File: w.inputs[i]}
				open[s.Conn.Number] = t
			}
			t.Add(s)
			continue
		}
		t := open[conn.Number]
		delete(open, conn.Number)
		t.Conn = conn
		c.seen++
		if !w.flags.inFolder() {
			c.traces = w.keep(c.traces, t)
			continue
		}
		artists.do(func() error { return w.saveEach(w.bases[i], t) })
	}
	return artists.wait()
}

// keep adds a connection to those of its capture that are drawn: all that were
// asked for, or else the one with most data.
func (w *plotter) keep(kept []*kind.Trace, t *kind.Trace) []*kind.Trace {
	all := len(w.flags.conns.numbers) > 0 || w.flags.overlay && len(w.inputs) == 1
	switch {
	case all && (len(w.flags.conns.numbers) > 0 || t.Volume() > 0):
		at := len(kept)
		for at > 0 && kept[at-1].Conn.Number > t.Conn.Number {
			at--
		}
		return append(kept[:at:at], append([]*kind.Trace{t}, kept[at:]...)...)
	case all:
		return kept
	case len(kept) == 0, t.Volume() > kept[0].Volume(), t.Volume() == kept[0].Volume() && t.Conn.Number < kept[0].Conn.Number:
		return []*kind.Trace{t}
	}
	return kept
}

// name gives the connections of a figure the names that tell them apart: as
// the user says, or what differs in the paths of their files.
func (w *plotter) name() {
	var paths []string
	for _, t := range w.found {
		paths = append(paths, filepath.ToSlash(t.File))
	}
	before, after := sharedEnds(paths)
	for i, t := range w.found {
		switch {
		case i < len(w.flags.labels):
			t.Name = strings.TrimSpace(w.flags.labels[i])
		case len(w.inputs) == 1:
			t.Name = fmt.Sprintf("connection %d", t.Conn.Number)
		default:
			t.Name = strings.ReplaceAll(strings.Trim(paths[i][before:len(paths[i])-after], "-_. /"), "/", ", ")
			if len(w.flags.conns.numbers) > 1 {
				t.Name += fmt.Sprintf(", connection %d", t.Conn.Number)
			}
		}
	}
}

// sharedEnds returns how many bytes all paths have in common at their begin, up
// to a separator, and at their end, from a separator or a dot on. It leaves some
// of each.
func sharedEnds(paths []string) (before, after int) {
	first, shortest := paths[0], len(paths[0])
	for _, p := range paths {
		shortest = min(shortest, len(p))
	}
	all := func(has func(p string) bool) bool {
		return !slices.ContainsFunc(paths, func(p string) bool { return !has(p) })
	}
	for i := 1; i < shortest && all(func(p string) bool { return strings.HasPrefix(p, first[:i]) }); i++ {
		if strings.ContainsAny(first[i-1:i], "-_ ,/") {
			before = i
		}
	}
	for n := 1; n < shortest-before && all(func(p string) bool { return strings.HasSuffix(p, first[len(first)-n:]) }); n++ {
		if strings.ContainsAny(first[len(first)-n:][:1], "./") {
			after = n
		}
	}
	return before, after
}
