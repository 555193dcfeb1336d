package chart

import (
	"math"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Size is how wide a figure is, and how large its text.
type Size uint8

// The sizes: a column of a page in two columns, and the whole page.
const (
	TwoColumn Size = iota // 175 mm
	OneColumn             // 85 mm
)

var sizeNames = [...]string{TwoColumn: "two-column", OneColumn: "one-column"}

// String returns the size's name on the command line.
func (s Size) String() string { return sizeNames[s] }

// Sizes returns the names of all sizes.
func Sizes() []string { return sizeNames[:] }

// Width returns how wide a page of the size is, in points.
func (s Size) Width() float64 { return sizes[s].width }

const millimetre = 72 / 25.4

// dimensions are the lengths that follow from a size, in points.
type dimensions struct {
	width     float64
	text      float64
	title     float64
	plot      float64 // height of the plot area of a single panel
	panel     float64 // of one of several
	lane      float64 // height of a lane's bar
	leftShare float64 // of the width at most, for names of lanes
}

var sizes = [...]dimensions{
	TwoColumn: {175 * millimetre, 8, 9, 230, 118, 14, 0.36},
	OneColumn: {85 * millimetre, 7, 8, 135, 80, 12, 0.34},
}

// Distances in points.
const (
	margin   = 4.0
	tickLong = 3.0
	leading  = 1.25
	panelGap = 9.0
)

// drawing is a figure on its way onto a page.
type drawing struct {
	*dimensions
	f     *Figure
	fonts *scene.Fonts
	s     *scene.Scene
	x     *ruler
	parts []part // of the panels
}

// part is a panel with its place.
type part struct {
	panel  *Panel
	area   scene.Rect
	y      *ruler // nil for lanes
	lanes  []laidLane
	head   head
	height float64 // of the area
	dense  []dense // of its series
}

// Draw lays a figure out. What the panels hold outside of the X axis' range is
// left out; the others say by their text, marker and dash what colour repeats.
func (f *Figure) Draw(fonts *scene.Fonts, size Size) *scene.Scene {
	d := f.lay(fonts, size)
	for i := range d.parts {
		d.drawPart(&d.parts[i], i == len(d.parts)-1)
	}
	return d.s
}

// lay finds the place of everything on the page.
func (f *Figure) lay(fonts *scene.Fonts, size Size) *drawing {
	d := &drawing{dimensions: &sizes[size], f: f, fonts: fonts, s: &scene.Scene{Title: scene.Clean(f.Title), DPI: 300}}
	d.parts = make([]part, len(f.Panels))
	d.rulers()
	d.s.Size = scene.Pt(d.width, math.Ceil(d.place()))
	return d
}

func (d *drawing) wide(text string, face scene.Face, size float64) float64 {
	return d.fonts.Width(text, face, size)
}

// rulers makes the rulers of all axes, but for where the Y axes lie on the page.
func (d *drawing) rulers() {
	d.x = newRuler(&d.f.X, d.f.extent(), d.f.padding())
	left := 0.0
	for i := range d.parts {
		p := &d.parts[i]
		p.panel = &d.f.Panels[i]
		if len(p.panel.Lanes) > 0 {
			left = max(left, d.laneNames(p.panel.Lanes))
			continue
		}
		p.height = d.plot
		if len(d.parts) > 1 {
			p.height = d.panel
		}
		if p.panel.Height > 0 {
			p.height *= p.panel.Height
		}
		p.y = d.yRuler(p)
		p.y.mark(func(string) float64 { return d.text * 2.8 })
		d.shorten(p.y.ticks)
		for _, t := range p.y.ticks {
			left = max(left, d.wide(t.text, scene.Regular, d.text)+tickLong+2)
		}
	}
	d.markX(margin + left)
}

// yRuler is the ruler of a panel's Y axis, at the top of the page.
func (d *drawing) yRuler(p *part) *ruler {
	r := newRuler(&p.panel.Y, p.panel.extent(Range{d.x.lo, d.x.hi}), padding{0.04, 0.07, true})
	r.stand(0, p.height)
	return r
}

// shorten cuts names that take more than their share of the page.
func (d *drawing) shorten(ticks []tick) {
	for i := range ticks {
		t := &ticks[i]
		for len(t.text) > 3 && d.wide(t.text, scene.Regular, d.text) > d.leftShare*d.width {
			t.text = cutMiddle(t.text)
		}
	}
}

// markX sets the ticks of the X axis. A number that sticks out of the page moves
// the end of the axis, which may move the ticks; in the end it is left out.
func (d *drawing) markX(left float64) {
	d.x.a, d.x.b = left, d.width-margin-1
	for range 3 {
		before, behind := 0.0, 0.0
		for _, t := range d.numbers() {
			half := d.wide(t.text, scene.Regular, d.text) / 2
			before = max(before, margin-(d.x.at(t.value)-half))
			behind = max(behind, d.x.at(t.value)+half-(d.width-margin))
		}
		if before <= 0 && behind <= 0 {
			return
		}
		if d.x.b-behind-d.x.a-before < d.width/3 {
			break
		}
		d.x.a, d.x.b = d.x.a+before, d.x.b-behind
	}
	for i, t := range d.numbers() {
		half := d.wide(t.text, scene.Regular, d.text) / 2
		if at := d.x.at(t.value); at-half < 0 || at+half > d.width {
			d.x.ticks[i].text, d.x.ticks[i].minor = "", true
		}
	}
}

// numbers are the ticks of the X axis where it lies now.
func (d *drawing) numbers() []tick {
	d.x.mark(func(text string) float64 { return d.wide(text, scene.Regular, d.text) + 2.2*d.text })
	return d.x.ticks
}

// place stacks the panels, and returns where the page ends.
func (d *drawing) place() (bottom float64) {
	y := margin
	if d.f.Title != "" {
		for _, line := range d.fonts.Wrap(scene.Clean(d.f.Title), scene.Bold, d.title, d.width-2*margin) {
			d.s.Words(d.fonts, line, scene.Pt(margin, y+d.title*scene.Ascent), scene.Bold, d.title, scene.Black)
			y += d.title * leading
		}
		y += 2
	}
	for i := range d.parts {
		p := &d.parts[i]
		d.findDense(p)
		p.head = d.layHead(p)
		if len(p.panel.Lanes) > 0 {
			p.lanes, p.height = d.layLanes(p.panel)
		}
		top := y + p.head.height
		p.area = scene.Corners(scene.Pt(d.x.a, top), scene.Pt(d.x.b, top+p.height))
		p.head.top = y
		y = top + p.height + panelGap
		if p.y == nil {
			continue
		}
		p.y.stand(p.area.Min.Y, p.area.Max.Y)
		for i := range p.dense {
			if e := &p.dense[i]; len(e.runs) > 0 {
				e.banded = d.bandedLine(p, &p.panel.Series[i], e.runs)
			}
		}
	}
	return y - panelGap + tickLong + 2*d.text*leading + margin
}

// drawPart draws one panel.
func (d *drawing) drawPart(p *part, lowest bool) {
	d.bands(p)
	d.grid(p)
	if p.y != nil {
		d.drawSeries(p)
	} else {
		d.drawLanes(p)
	}
	d.frame(p, lowest)
	p.head.draw(d)
	if lowest {
		d.underneath(p)
	}
}

const hairline = 0.5

// grid draws the lines at the ticks.
func (d *drawing) grid(p *part) {
	var path []scene.Piece
	for _, t := range d.x.ticks {
		if x := d.x.at(t.value); !t.minor && !p.panel.Below && x > p.area.Min.X+1 && x < p.area.Max.X-1 {
			path = append(path, scene.Piece{To: scene.Pt(x, p.area.Min.Y), Break: true}, scene.Piece{To: scene.Pt(x, p.area.Max.Y)})
		}
	}
	if p.y != nil {
		for _, t := range p.y.ticks {
			if y := p.y.at(t.value); !t.minor && y > p.area.Min.Y+1 && y < p.area.Max.Y-1 {
				path = append(path, scene.Piece{To: scene.Pt(p.area.Min.X, y), Break: true}, scene.Piece{To: scene.Pt(p.area.Max.X, y)})
			}
		}
	}
	if len(path) > 0 {
		d.s.Add(scene.Mark{Path: path, Stroke: scene.Pen(gridInk, 0.4, scene.Solid)})
	}
}

const gridInk scene.Ink = 0xdadada

// frame draws the sides of the plot area and the ticks on them, with the
// numbers of the Y axis.
func (d *drawing) frame(p *part, lowest bool) {
	var path []scene.Piece
	stroke := func(a, b scene.Point) { path = append(path, scene.Piece{To: a, Break: true}, scene.Piece{To: b}) }
	corner := scene.Pt(p.area.Min.X, p.area.Max.Y)
	stroke(p.area.Min, corner)
	stroke(corner, p.area.Max)
	for _, t := range d.x.ticks {
		long := tickLong
		if t.minor || !lowest {
			long /= 2
		}
		x := d.x.at(t.value)
		stroke(scene.Pt(x, corner.Y), scene.Pt(x, corner.Y+long))
	}
	if p.y != nil {
		for _, t := range p.y.ticks {
			long := tickLong
			if t.minor {
				long /= 2
			}
			y := p.y.at(t.value)
			stroke(scene.Pt(corner.X-long, y), scene.Pt(corner.X, y))
			w := d.wide(t.text, scene.Regular, d.text)
			d.s.Words(d.fonts, t.text, scene.Pt(corner.X-tickLong-1.5-w, y+d.text*0.355), scene.Regular, d.text, scene.Black)
		}
	}
	d.s.Add(scene.Mark{Path: path, Stroke: scene.Pen(scene.Black, hairline, scene.Solid)})
}

// underneath writes the numbers and the title of the X axis.
func (d *drawing) underneath(p *part) {
	y := p.area.Max.Y + tickLong + 2 + d.text*scene.Ascent
	for _, t := range d.x.ticks {
		w := d.wide(t.text, scene.Regular, d.text)
		d.s.Words(d.fonts, t.text, scene.Pt(d.x.at(t.value)-w/2, y), scene.Regular, d.text, scene.Black)
	}
	title := d.x.title()
	w := d.wide(title, scene.Bold, d.text)
	x := min(max(margin, (p.area.Min.X+p.area.Max.X-w)/2), d.width-margin-w)
	d.s.Words(d.fonts, title, scene.Pt(x, y+d.text*leading), scene.Bold, d.text, scene.Black)
}
