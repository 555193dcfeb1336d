package chart

import "github.com/flowstate-tcp/flowstate/render/scene"

// Figure is a chart: panels one below the other on one X axis.
//
// Invariant: a panel has either Series or Lanes.
type Figure struct {
	Title   string // above it; may be empty
	X       Axis
	Panels  []Panel
	Caption string // sentences with the numbers, for the text beside a figure
	Command string // what made it, for the caption
}

// Axis is how values are shown along a side.
type Axis struct {
	Label string // without its unit: "Time since the first packet"
	Unit  Unit
	Log   bool      // logarithmic; values of 0 and below have no place then
	Zero  bool      // 0 is shown too
	Whole bool      // ticks at whole numbers only
	Range Range     // what is shown; of an empty one, all that there is
	Ticks []float64 // where ticks stand; where none are given, at 1-2-5 steps
	Names []string  // of the values 0, 1, 2 ..., instead of numbers
	Down  bool      // a Y axis grows downwards
}

// Range is from Lo to Hi; one of no length is empty.
type Range struct{ Lo, Hi float64 }

// Empty tells whether the range holds nothing.
func (r Range) Empty() bool { return r.Lo >= r.Hi }

// Panel is one plot area with a Y axis of its own.
type Panel struct {
	Y      Axis
	Height float64 // relative to the other panels; 0 counts as 1
	Bands  []Band  // behind the series
	Series []Series
	Lanes  []Lane
	Below  bool  // texts that find no room in their spans stand below them
	Key    []Key // of the lanes' fills
}

// Key explains a fill.
type Key struct {
	Name string
	Fill Fill
}

// Band shades a part of the X axis.
type Band struct {
	Range
	Name string // in the legend; bands of one name have one entry
	Fill Fill
}

// Shape is how the points of a series are drawn.
type Shape uint8

// The shapes.
const (
	Line      Shape = iota
	Steps           // a value holds until the next
	Dots            // a marker for each
	Bars            // a vertical bar from Low to High
	Spans           // a horizontal bar from Low to High, at Y
	Quartiles       // a marker at Y with a whisker from Low to High, joined by a line
)

// Series is a set of points that mean one thing.
type Series struct {
	Name   string // in the legend and the CSV
	Silent bool   // without a place in the legend
	Guest  bool   // it does not stretch the Y axis much; what lies beyond is told in the legend
	Shape  Shape
	Look   Look
	Letter string  // beside each marker, where there is room
	Points []Point // by rising X, but for Dots
}

// Point is a value of a series. A Y of NaN breaks a line.
type Point struct {
	X, Y      float64
	Low, High float64 // of Bars and Quartiles along Y, of Spans along X
	Frame     int64   // frame number that it is from, 0 for none
}

// Lane is a row of a panel in which spans follow each other.
type Lane struct {
	Name  string
	Spans []Span
}

// Span is a stretch of a lane. Where it is not known when exactly it begins or
// ends, that border is drawn slanted; Early is then the Late of the span before.
type Span struct {
	Range
	Early float64 // how much before Lo it may begin
	Late  float64 // how much after Hi it may end
	Text  string  // inside it, or below where there is no room
	Note  string  // for the CSV alone, instead of Text
	Fill  Fill
}

// Hatch is how an area is filled, for readers without colours.
type Hatch uint8

// The hatches.
const (
	Plain Hatch = iota
	Rising
	Falling
	Crossed
	Upright
)

// Fill is the ground of an area.
type Fill struct {
	Ink   scene.Ink
	Hatch Hatch
}
