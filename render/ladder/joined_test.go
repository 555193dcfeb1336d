package ladder

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/join"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// joined records the first connection of a lab at both of its ends.
func joined(t *testing.T, name string) *Ladder {
	t.Helper()
	paths := [2]string{lab(name), filepath.Join("../../testdata/lab", name, "server.pcapng.gz")}
	var sketches [2]*join.Sketch
	var again [2]*pcapfile.Reader
	for tap, path := range paths {
		r, err := pcapfile.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if sketches[tap], err = join.Survey(r); err != nil {
			t.Fatal(err)
		}
		if again[tap], err = pcapfile.Open(path); err != nil {
			t.Fatal(err)
		}
		defer again[tap].Close()
	}
	c := climbs(t, paths[join.A], Recorder{})[0]
	m := join.Align(sketches[0], sketches[1], join.Options{Numbers: map[int]bool{c.conn.Number: true}})
	both := c.Join(c.conn, &m.Pairs[0], paths[join.B])
	for p := range m.Packets(again[0], again[1]) {
		both.Add(p)
	}
	if err := m.Err(); err != nil {
		t.Fatal(err)
	}
	return both.Ladder(Options{File: name})
}

// What two taps saw has measured delays, and the losses between them.
func TestJoined(t *testing.T) {
	f := fonts(t)
	for _, test := range []struct {
		name string
		link time.Duration
		lost bool
	}{{"benchmark-loss", 20 * time.Millisecond, true}, {"benchmark-5ms", 5 * time.Millisecond, false}, {"half-close", 20 * time.Millisecond, false}} {
		l := joined(t, test.name)
		lost := int64(0)
		for _, i := range l.Items {
			if i.Fold != nil {
				lost += i.Fold.Sides[0].Lost + i.Fold.Sides[1].Lost
				continue
			}
			if i.Row.Fate == Lost {
				lost++
			} else if delay := i.Row.Got - i.Row.Sent; delay < test.link-time.Millisecond || delay > 3*test.link {
				t.Errorf("%s: frame %d took %v, the link takes %v", test.name, i.Row.Frame, delay, test.link)
			}
		}
		if (lost > 0) != test.lost {
			t.Errorf("%s: %d segments are lost", test.name, lost)
		}
		for _, size := range []chart.Size{chart.TwoColumn, chart.OneColumn} {
			inspect(t, test.name, l.Draw(f, size))
		}
		checkText(t, l)
	}
}
