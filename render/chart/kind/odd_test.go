package kind

import (
	"path/filepath"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// TestOddCaptures draws every kind of every connection of captures that are
// odd in some way, and holds the pages to the rules for all figures. A short run,
// as with the race detector, takes a fifth of the captures.
func TestOddCaptures(t *testing.T) {
	dir := testneed.Shared(t, "captures/odd")
	fs := fonts(t)
	check := func(what string, f *chart.Figure) {
		for _, wrong := range f.Draw(fs, chart.OneColumn).Check() {
			t.Errorf("%s: %s", what, wrong)
		}
	}
	list, err := pcapfile.Expand([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range list {
		if testing.Short() && i%5 != 0 {
			continue
		}
		r, err := pcapfile.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		drawAll(analyze.New(r, analyze.Options{}), filepath.Base(path), check)
		r.Close()
	}
}

// drawAll draws every kind of every connection, both sides and the busier one.
func drawAll(a *analyze.Analysis, name string, check func(string, *chart.Figure)) {
	var lives []Life
	open := map[int]*Trace{}
	for s, c := range a.Walk() {
		if s != nil {
			if open[s.Conn.Number] == nil {
				open[s.Conn.Number] = &Trace{File: name}
			}
			open[s.Conn.Number].Add(s)
			continue
		}
		lives = append(lives, LifeOf(c))
		open[c.Number].Conn = c
		for _, k := range Kinds() {
			for _, sides := range []Sides{Busier, Both} {
				request := &Request{Kinds: []*Kind{k}, Sides: sides}
				if k.Ledger {
					continue
				}
				if f, err := request.Draw(open[c.Number]); err == nil {
					check(name+" "+k.Name, f)
				}
			}
		}
		delete(open, c.Number)
	}
	if f, err := Overview(name, lives, &Request{}); err == nil {
		check(name, f)
	}
}
