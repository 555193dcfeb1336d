package chart

import (
	"strings"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// head is what stands above a plot area: the title of its Y axis and the
// legend. Both are outside of the data.
type head struct {
	title  string
	rows   [][]entry
	beside bool // the legend stands in the title's line
	top    float64
	height float64
}

// entry explains one series or band.
type entry struct {
	series *Series
	fill   *Fill
	text   string
	sample float64 // width of the sample
	width  float64
}

const (
	sampleWide = 17.0
	markerWide = 7.0 // of one without a line
	sampleGap  = 3.0
	entryGap   = 10.0
)

// layHead finds the rows of a panel's head.
func (d *drawing) layHead(p *part) head {
	h := head{}
	if p.y != nil {
		h.title = p.y.title()
	} else {
		h.title = p.panel.Y.Label
	}
	entries := d.entries(p)
	line := d.text*leading + 1.5
	room := d.x.b - margin
	titleWide := d.wide(h.title, scene.Bold, d.text)
	if h.title == "" {
		titleWide = -entryGap
	}
	if wide := rowWidth(entries); len(entries) > 0 && titleWide+2*entryGap+wide <= room {
		h.rows, h.beside = [][]entry{entries}, true
	} else {
		h.rows = breakRows(entries, room)
	}
	lines := len(h.rows)
	if !h.beside && h.title != "" {
		lines++
	}
	h.height = float64(lines)*line + 2
	return h
}

// entries lists what a panel has to explain. A single series is explained by
// the axis.
func (d *drawing) entries(p *part) (list []entry) {
	add := func(e entry) {
		e.text = scene.Clean(e.text)
		for d.wide(e.text, scene.Regular, d.text) > d.width-2*margin-sampleWide-sampleGap {
			e.text = cut(e.text)
		}
		e.sample = sampleWide
		if s := e.series; s != nil && (s.Shape == Dots || s.Shape == Bars) {
			e.sample = markerWide
		}
		e.width = e.sample + sampleGap + d.wide(e.text, scene.Regular, d.text)
		list = append(list, e)
	}
	for i := range p.panel.Series {
		s := &p.panel.Series[i]
		if s.Silent || !s.extent(Range{d.x.lo, d.x.hi}, p.y.axis.Log).any {
			continue
		}
		text := p.nameOf(i)
		if s.Letter != "" {
			text = s.Letter + " " + text
		}
		if least, beyond := s.beyond(d.x, p.y); beyond {
			text += " (above: " + p.panel.Y.Unit.Format(least) + " or more)"
		}
		add(entry{series: s, text: text})
	}
	if len(list) == 1 && list[0].series.Letter == "" && list[0].text == list[0].series.Name {
		list = nil
	}
	if i := p.bandOf(); i >= 0 {
		add(entry{fill: &Fill{Ink: bandInk(p.panel.Series[i].Look.Ink)}, text: bandNames})
	}
	named := map[string]bool{}
	for i := range p.panel.Bands {
		if b := &p.panel.Bands[i]; b.Name != "" && !named[b.Name] && d.seen(b) {
			named[b.Name] = true
			add(entry{fill: &b.Fill, text: b.Name})
		}
	}
	for i := range p.panel.Key {
		add(entry{fill: &p.panel.Key[i].Fill, text: p.panel.Key[i].Name})
	}
	return list
}

// cut shortens a text by a letter, and says so.
func cut(s string) string {
	letters := []rune(s)
	return string(letters[:len(letters)-2]) + "…"
}

// cutMiddle shortens a text by a letter in its middle, and says so: both ends of
// a connection's name tell it from others.
func cutMiddle(s string) string {
	letters := []rune(strings.ReplaceAll(s, "…", ""))
	n := len(letters)
	return string(letters[:n/2]) + "…" + string(letters[n/2+1:])
}

// explains tells whether a series is in the legend.
func (h *head) explains(s *Series) bool {
	for _, row := range h.rows {
		for i := range row {
			if row[i].series == s {
				return true
			}
		}
	}
	return false
}

func rowWidth(row []entry) (w float64) {
	for i, e := range row {
		if i > 0 {
			w += entryGap
		}
		w += e.width
	}
	return w
}

func breakRows(entries []entry, room float64) (rows [][]entry) {
	for _, e := range entries {
		n := len(rows) - 1
		if n < 0 || rowWidth(append(rows[n], e)) > room {
			rows = append(rows, []entry{e})
			continue
		}
		rows[n] = append(rows[n], e)
	}
	return rows
}

func (h *head) draw(d *drawing) {
	line := d.text*leading + 1.5
	y := h.top + d.text*scene.Ascent
	d.s.Words(d.fonts, h.title, scene.Pt(margin, y), scene.Bold, d.text, scene.Black)
	for i, row := range h.rows {
		x := margin
		if h.beside {
			x = d.x.b - rowWidth(row)
		} else if i > 0 || h.title != "" {
			y += line
		}
		for j := range row {
			row[j].draw(d, scene.Pt(x, y))
			x += row[j].width + entryGap
		}
	}
}

// draw draws a sample and its meaning, with the baseline at a point.
func (e *entry) draw(d *drawing, at scene.Point) {
	mid := at.Y - d.text*0.32
	left, right := scene.Pt(at.X, mid), scene.Pt(at.X+e.sample, mid)
	centre := scene.Pt(at.X+e.sample/2, mid)
	switch {
	case e.fill != nil:
		box := scene.Box(centre, sampleWide, d.text)
		e.fill.draw(d.s, corners(box)...)
		d.s.Add(scene.Mark{Path: boxPath(box), Closed: true, Stroke: scene.Pen(Grey, 0.4, scene.Solid)})
	case e.series.Shape == Bars || e.series.Shape == Quartiles:
		path := scene.StraightPath(scene.Pt(centre.X, mid-d.text*0.42), scene.Pt(centre.X, mid+d.text*0.42))
		pen := e.series.Look.Pen()
		pen.Dash = scene.Solid
		d.s.Add(scene.Mark{Path: path, Stroke: pen})
	}
	if e.series != nil {
		if s := e.series.Shape; s != Dots && s != Bars {
			d.s.Add(scene.Mark{Path: scene.StraightPath(left, right), Stroke: e.series.Look.Pen()})
		}
		e.series.Look.markers(d.s, []scene.Point{centre})
	}
	d.s.Words(d.fonts, e.text, scene.Pt(at.X+e.sample+sampleGap, at.Y), scene.Regular, d.text, scene.Black)
}
