package ladder

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Distances in points.
const (
	margin   = 4.0
	bandWide = 9.0
	gutter   = 7.0 // between a band and its labels
	leading  = 1.22
)

// textSizes are the sizes of the text, by that of the figure.
var textSizes = [...]float64{chart.TwoColumn: 7, chart.OneColumn: 6}

// column is where a tag stands.
type column uint8

// The columns. The first two are beside the life lines of client and server.
const (
	ofClient column = iota
	ofServer
	clock  // times and frames, on the left
	clock2 // the same of a joined capture, on the right
	middle // between the life lines
	numColumns
)

// span is a piece of a line of text.
type span struct {
	text string
	face scene.Face
	ink  scene.Ink
}

// tag is text that belongs to a moment.
type tag struct {
	column column
	lines  [][]span
	want   float64 // the height of the moment
	y      float64 // the height of the middle of the first line
	pause  bool    // it says that nothing happened
}

// arrow is a segment on the page.
type arrow struct {
	row  *Row
	tail float64
	head float64
}

// boundary is where a state begins on the page.
type boundary struct {
	*Change
	y float64
}

// sheet is a ladder on its way onto a page.
type sheet struct {
	*Ladder
	fonts *scene.Fonts
	s     *scene.Scene
	text  float64 // size
	wide  float64 // of the page
	frame float64 // width of the frame numbers
	lines [2]float64
	room  [numColumns][2]float64 // left and right end of the columns

	tags    []*tag
	arrows  []*arrow
	bounds  [2][]*boundary
	moments []*moment
	knots   []knot
	top     float64 // of the life lines
	bottom  float64
	scaled  bool
}

// Draw lays the ladder out on a page.
func (l *Ladder) Draw(fonts *scene.Fonts, size chart.Size) *scene.Scene {
	d := &sheet{Ladder: l, fonts: fonts, text: textSizes[size], wide: size.Width()}
	d.s = &scene.Scene{Title: scene.Clean(l.Title()), DPI: 300}
	d.columns()
	d.header()
	d.gather()
	d.stand()
	d.drawBands()
	d.drawArrows()
	d.drawTags()
	d.footer()
	d.s.Size = scene.Pt(d.wide, math.Ceil(d.bottom+margin))
	return d.s
}

// line is how far the lines of a tag are apart.
func (d *sheet) line() float64 { return d.text * leading }

// height is how much room a tag takes.
func (d *sheet) height(t *tag) float64 { return float64(len(t.lines)) * d.line() }

// columns shares the width among the columns.
func (d *sheet) columns() {
	left := margin + d.clockWidth() + gutter
	right := d.wide - margin
	if d.joined != "" {
		right -= d.clockWidth() + gutter
		d.room[clock2] = [2]float64{right + gutter, d.wide - margin}
	}
	d.room[clock] = [2]float64{margin, left - gutter}
	const share = 0.34
	labels := (right - left - 2*(bandWide+gutter)) * share
	d.room[ofClient] = [2]float64{left, left + labels}
	d.room[ofServer] = [2]float64{right - labels, right}
	d.lines = [2]float64{left + labels + gutter + bandWide, right - labels - gutter - bandWide}
	d.room[middle] = [2]float64{d.lines[0] + gutter, d.lines[1] - gutter}
}

// clockWidth is what a time and a frame number need.
func (d *sheet) clockWidth() float64 {
	wide := d.fonts.Width("second (s)", scene.Italic, d.text)
	d.frame = d.fonts.Width("  frame", scene.Italic, d.text)
	for _, i := range d.Items {
		at, frame := i.at(), "#0"
		if i.Row != nil {
			frame = "#" + strconv.FormatInt(int64(max(i.Row.Frame, i.Row.OtherFrame)), 10)
		}
		wide = max(wide, d.fonts.Width(stamp(at), scene.Regular, d.text))
		d.frame = max(d.frame, d.fonts.Width("  "+frame, scene.Regular, d.text))
	}
	return wide + d.frame + 1
}

// stamp writes a time of the axis.
func stamp(at time.Duration) string { return strconv.FormatFloat(at.Seconds(), 'f', 6, 64) }

// plain breaks a text into lines that fit a column.
func (d *sheet) plain(text string, c column, face scene.Face, ink scene.Ink) (lines [][]span) {
	for _, line := range d.fonts.Wrap(scene.Clean(text), face, d.text, d.room[c][1]-d.room[c][0]) {
		lines = append(lines, []span{{line, face, ink}})
	}
	return lines
}

// pieces sets text that is broken between the pieces alone, where these fit.
func (d *sheet) pieces(list []string, c column, face scene.Face, ink scene.Ink) (lines [][]span) {
	room := d.room[c][1] - d.room[c][0]
	line := ""
	for _, piece := range list {
		joined := strings.TrimSpace(line + " " + piece)
		if line != "" && d.fonts.Width(joined, face, d.text) > room {
			lines, joined = append(lines, d.plain(line, c, face, ink)...), piece
		}
		line = joined
	}
	return append(lines, d.plain(line, c, face, ink)...)
}

// header writes what is above the life lines.
func (d *sheet) header() {
	y := margin
	for _, line := range d.fonts.Wrap(scene.Clean(d.Title()), scene.Bold, d.text+1, d.wide-2*margin) {
		y += (d.text + 1) * leading
		d.s.Words(d.fonts, line, scene.Pt(margin, y-2), scene.Bold, d.text+1, scene.Black)
	}
	y += d.line()
	low := y
	put := func(c column, lines [][]span) {
		t := &tag{column: c, lines: lines, y: y}
		d.drawTag(t)
		low = max(low, y+d.height(t))
	}
	head := span{"  frame", scene.Italic, scene.Black}
	put(clock, [][]span{{{"time (s)", scene.Italic, scene.Black}, head}})
	for _, side := range reconstruct.Sides {
		c := column(side)
		lines := d.plain(side.String(), c, scene.Bold, scene.Black)
		put(c, append(lines, d.plain(d.Conn.Ends[side].String(), c, scene.Regular, scene.Black)...))
	}
	if d.joined != "" {
		put(clock2, [][]span{{{"second (s)", scene.Italic, scene.Black}, head}})
	}
	d.top = low
}

// footer writes the notes.
func (d *sheet) footer() {
	y := d.bottom + d.line()*0.6
	size := d.text - 0.5
	axis := "Time is not to scale."
	if d.scaled {
		axis = "Time is to scale."
	}
	for _, note := range slices.Insert(slices.Clone(d.Notes), 1, axis) {
		for _, line := range d.fonts.Wrap(scene.Clean(note), scene.Italic, size, d.wide-2*margin) {
			y += size * leading
			d.s.Words(d.fonts, line, scene.Pt(margin, y), scene.Italic, size, scene.Black)
		}
	}
	d.bottom = y + 2
}
