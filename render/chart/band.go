package chart

import (
	"math"
	"slices"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// A line that turns several times within the width of a pen is a solid block: it
// shows its extremes and hides all else. There, the median of each part stands
// for it, and a band from its lowest to its highest value. A panel has bands of
// one line only, that with most points: several would hide each other.
const (
	bandPart  = 2.4 // width of a part, in points
	bandTurns = 5   // a line that turns so often in a part is a block
	bandLeast = 30  // parts of a band; what is shorter is seen as a burst
	bandGap   = 12  // parts that turn less often within a band
	turnLeast = 0.5 // how far a line has to go back to have turned, in points
)

// bandNote is the sentence about bands, for captions.
const bandNote = "Where a line would be a solid block, a band from its lowest to its highest value stands for it, with the median as the line."

// bandNames is what the legend says of bands.
const bandNames = "lowest to highest, line: median"

// medianNames is what it says after the name of a line without its bands.
const medianNames = " (median)"

// bandInk is how a band is filled, as a tint of its line.
func bandInk(i scene.Ink) scene.Ink { return i.Tint(bandTint) }

const bandTint = 0.7

// stretch is a run of parts of the X axis, to is not among them.
type stretch struct{ from, to int }

// parts counts widths of bandPart from the left end of the area.
func (d *drawing) partOf(x float64) int { return int(math.Floor((x - d.x.a) / bandPart)) }

func (d *drawing) partStart(k int) float64 { return d.x.a + float64(k)*bandPart }

// blocks returns where a line is a band. The panel needs a height, not yet a
// place.
func (d *drawing) blocks(p *part, s *Series) (runs []stretch) {
	if s.Shape != Line && s.Shape != Steps || len(s.Points) < bandTurns*bandLeast {
		return nil
	}
	turns := make([]int, max(0, d.partOf(d.x.b))+1)
	var t turner
	for _, at := range d.thinned(p, s) {
		if math.IsNaN(at.Y) {
			t = turner{}
			continue
		}
		if k := d.partOf(at.X); t.turns(at.Y) && k >= 0 && k < len(turns) {
			turns[k]++
		}
	}
	for k, n := range turns {
		if n < bandTurns {
			continue
		}
		if last := len(runs) - 1; last >= 0 && k-runs[last].to <= bandGap {
			runs[last].to = k + 1
			continue
		}
		runs = append(runs, stretch{k, k + 1})
	}
	runs = slices.DeleteFunc(runs, func(r stretch) bool { return r.to-r.from < bandLeast })
	for i := range runs { // a block may begin and end within a part
		runs[i].from, runs[i].to = runs[i].from-1, runs[i].to+1
	}
	return runs
}

// turner counts where a line turns.
type turner struct {
	extreme float64 // the farthest in the direction that it goes
	up      bool
	begun   bool
}

func (t *turner) turns(y float64) bool {
	switch {
	case !t.begun:
		t.begun, t.extreme = true, y
	case t.up == (y >= t.extreme):
		t.extreme = y
	case math.Abs(y-t.extreme) >= turnLeast:
		t.up, t.extreme = !t.up, y
		return true
	}
	return false
}

// thinned is a line through the points of a series.
func (d *drawing) thinned(p *part, s *Series) []scene.Point {
	var t lineThinner
	for i := range s.Points {
		t.add(d.spot(p, &s.Points[i]))
	}
	return t.done()
}

// spot is where a point of a line lies; Y is NaN where it has no place.
func (d *drawing) spot(p *part, pt *Point) scene.Point {
	at := scene.Pt(d.x.at(pt.X), math.NaN())
	if d.visible(p, pt) {
		at.Y = p.y.at(pt.Y)
	}
	return at
}

// dense is what of a series cannot be told apart on the page.
type dense struct {
	runs   []stretch
	banded banded
	cloud  map[square]int
}

// inks calls define for what is drawn in tints of a series' ink.
func (e *dense) inks(ink scene.Ink, define func(scene.Ink)) {
	if len(e.runs) > 0 {
		define(bandInk(ink))
	}
	if e.cloud != nil {
		for _, white := range cloudTints {
			define(ink.Tint(white))
		}
	}
}

// nameOf is the name of a series in the legend.
func (p *part) nameOf(i int) string {
	name := p.panel.Series[i].Name
	switch {
	case p.dense[i].cloud != nil:
		return name + cloudNames
	case len(p.dense[i].runs) > 0 && i != p.bandOf():
		return name + medianNames
	}
	return name
}

// bandOf is the series whose bands are drawn, -1 where there is none: a cloud
// would hide them.
func (p *part) bandOf() int {
	of := -1
	for i, e := range p.dense {
		if e.cloud != nil {
			return -1
		}
		if len(e.runs) > 0 && !p.panel.Series[i].Guest && (of < 0 || len(p.panel.Series[i].Points) >= len(p.panel.Series[of].Points)) {
			of = i
		}
	}
	return of
}

// bands returns the outlines of the bands, and how they are filled.
func (p *part) bands() (outlines [][]scene.Point, ink scene.Ink) {
	i := p.bandOf()
	if i < 0 {
		return nil, 0
	}
	return p.dense[i].banded.bands, bandInk(p.panel.Series[i].Look.Ink)
}

// findDense looks for it. The panel needs a height, not yet a place.
func (d *drawing) findDense(p *part) {
	if p.y == nil {
		return
	}
	p.dense = make([]dense, len(p.panel.Series))
	for i := range p.panel.Series {
		s := &p.panel.Series[i]
		p.dense[i] = dense{runs: d.blocks(p, s), cloud: d.cloud(p, s)}
	}
}

// banded is a line of which some stretches are bands.
type banded struct {
	line  []scene.Point
	bands [][]scene.Point // outlines
}

// bandedLine replaces the stretches of a line by bands with their medians.
func (d *drawing) bandedLine(p *part, s *Series, runs []stretch) (out banded) {
	var t lineThinner
	b := bandMaker{d: d, area: p.area, steps: s.Shape == Steps}
	for i := range s.Points {
		at := d.spot(p, &s.Points[i])
		k := d.partOf(at.X)
		for len(runs) > 0 && k >= runs[0].to {
			out.bands = b.end(out.bands, &t)
			if b.latest != (scene.Point{}) {
				t.add(b.latest) // from there the line goes on
			}
			runs = runs[1:]
		}
		if len(runs) == 0 || k < runs[0].from || math.IsNaN(at.Y) {
			t.add(at)
			b.before = at
			continue
		}
		b.add(k, at, &t)
	}
	out.bands = b.end(out.bands, &t)
	out.line = t.done()
	return out
}

// bandMaker makes the bands of a line, part by part.
type bandMaker struct {
	d      *drawing
	area   scene.Rect
	steps  bool
	before scene.Point // the point before this part
	part   int
	values []float64 // of the part
	upper  []scene.Point
	lower  []scene.Point
	latest scene.Point
}

func (b *bandMaker) add(k int, at scene.Point, t *lineThinner) {
	if len(b.values) > 0 && k != b.part {
		b.flush(t)
	}
	b.part, b.latest = k, at
	b.values = append(b.values, at.Y)
}

// flush ends a part: what was held when it began belongs to its extremes.
func (b *bandMaker) flush(t *lineThinner) {
	slices.Sort(b.values)
	top, bottom := b.values[0], b.values[len(b.values)-1]
	if b.steps && b.before.X != 0 && !math.IsNaN(b.before.Y) {
		top, bottom = min(top, b.before.Y), max(bottom, b.before.Y)
	}
	from, to := b.d.partStart(b.part), b.d.partStart(b.part+1)
	for _, x := range [...]float64{from, to} {
		b.upper = append(b.upper, inside(b.area, scene.Pt(x, top)))
		b.lower = append(b.lower, inside(b.area, scene.Pt(x, bottom)))
	}
	middle := scene.Pt((from+to)/2, b.values[len(b.values)/2])
	if b.steps {
		middle.X = from
	}
	t.add(middle)
	b.before, b.values = b.latest, b.values[:0]
}

// end closes the band that is open.
func (b *bandMaker) end(bands [][]scene.Point, t *lineThinner) [][]scene.Point {
	if len(b.values) > 0 {
		b.flush(t)
	}
	if len(b.upper) == 0 {
		return bands
	}
	slices.Reverse(b.lower)
	bands = append(bands, append(b.upper, b.lower...))
	b.upper, b.lower = nil, nil
	return bands
}

// banded tells whether a line of the figure is drawn as a band at any size. The
// widths are those of a page nearly, for the numbers beside the axes are not
// measured.
func (f *Figure) banded() bool {
	for size := range sizes {
		d := &drawing{dimensions: &sizes[size], f: f}
		d.x = newRuler(&f.X, f.extent(), f.padding())
		d.x.a, d.x.b = 8*margin, d.width-margin
		for i := range f.Panels {
			p := part{panel: &f.Panels[i], height: d.panel}
			p.y = d.yRuler(&p)
			if slices.ContainsFunc(p.panel.Series, func(s Series) bool { return len(d.blocks(&p, &s)) > 0 }) {
				return true
			}
		}
	}
	return false
}
