package report

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/flowstate-tcp/flowstate/render/chart"
)

// chartJSON is a figure as the page's script draws it. Values are in units
// without prefix.
type chartJSON struct {
	Label  string      `json:"label"`
	Unit   string      `json:"unit"`
	Range  [2]number   `json:"range"`
	Times  []track     `json:"times"` // the X of series, which share them
	Panels []panelJSON `json:"panels"`
}

type panelJSON struct {
	Label  string       `json:"label"`
	Unit   string       `json:"unit"`
	Zero   bool         `json:"zero,omitempty"`
	Bands  []bandJSON   `json:"bands,omitempty"`
	Series []seriesJSON `json:"series"`
}

type bandJSON struct {
	Name string `json:"name"`
	From number `json:"from"`
	To   number `json:"to"`
}

// seriesJSON has the coordinates of its points in lists of their own. High is of
// bars alone, which go from Y to it.
type seriesJSON struct {
	Name   string   `json:"name"`
	Shape  string   `json:"shape"`
	Ink    string   `json:"ink"`
	Dash   []number `json:"dash,omitempty"`
	Width  number   `json:"width,omitempty"`
	Guest  bool     `json:"guest,omitempty"`
	Marker bool     `json:"marker,omitempty"`
	Letter string   `json:"letter,omitempty"`
	X      int      `json:"x"` // in the figure's times
	Y      track    `json:"y"`
	High   *track   `json:"high,omitempty"`
}

// number is written with as many digits as a screen can show.
type number float64

// MarshalJSON writes null for what is no number.
func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(n), 'g', 9, 64), nil
}

// track is a list of values as whole multiples of a step, each told by how much
// it differs from the one before: small numbers take few bytes. What is no number
// is null, and is passed over by the differences.
type track struct {
	Step  number  `json:"step"`
	Moves []*move `json:"moves"`
}

// move is a difference.
type move int64

// trackOf writes values of a unit.
func trackOf(values []float64, unit chart.Unit) track {
	t := track{Step: stepOf(values, unit), Moves: make([]*move, len(values))}
	last := int64(0)
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		at := int64(math.Round(v / float64(t.Step)))
		m := move(at - last)
		t.Moves[i], last = &m, at
	}
	return t
}

// stepOf is what is told apart: a byte, a nanosecond of times below a second, a
// millionth of others, but for times, which a screen can zoom.
func stepOf(values []float64, unit chart.Unit) number {
	most := 0.0
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			most = max(most, math.Abs(v))
		}
	}
	switch {
	case unit == chart.Bytes, most == 0:
		return 1
	case unit == chart.Seconds:
		return number(math.Pow(10, max(-9, math.Ceil(math.Log10(most))-8)))
	}
	return number(math.Pow(10, math.Ceil(math.Log10(most))-6))
}

// shapes are those that the charts of a connection have.
var shapes = [...]string{chart.Line: "line", chart.Steps: "steps", chart.Dots: "dots", chart.Bars: "bars", chart.Spans: "", chart.Quartiles: ""}

// chartData writes a figure as JSON. It holds none of the characters that could
// end the element around it.
func chartData(f *chart.Figure) string {
	x := f.Extent()
	all := chartJSON{Label: f.X.Label, Unit: f.X.Unit.String(), Range: [2]number{number(x.Lo), number(x.Hi)}}
	known := map[string]int{} // times, as they are written
	for i := range f.Panels {
		p := &f.Panels[i]
		one := panelJSON{Label: p.Y.Label, Unit: p.Y.Unit.String(), Zero: p.Y.Zero, Series: []seriesJSON{}}
		for _, b := range p.Bands {
			one.Bands = append(one.Bands, bandJSON{b.Name, number(b.Lo), number(b.Hi)})
		}
		for j := range p.Series {
			if s := &p.Series[j]; len(s.Points) > 0 && shapes[s.Shape] != "" {
				one.Series = append(one.Series, all.series(s, f.X.Unit, p.Y.Unit, known))
			}
		}
		all.Panels = append(all.Panels, one)
	}
	return encoded(&all)
}

// encoded is a value as JSON, with <, > and & escaped.
func encoded(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // there is nothing in it that has no JSON
	}
	return string(text)
}

// series writes a series. Its times are added to those of the figure.
func (c *chartJSON) series(s *chart.Series, xUnit, yUnit chart.Unit, known map[string]int) seriesJSON {
	pen := s.Look.Pen()
	out := seriesJSON{
		Name: s.Name, Shape: shapes[s.Shape], Ink: pen.Ink.String()[1:], Width: number(pen.Width),
		Guest: s.Guest, Marker: s.Look.Marker != chart.NoMarker, Letter: s.Letter,
	}
	for _, length := range pen.Dash.Lengths() {
		out.Dash = append(out.Dash, number(length))
	}
	x, y, high := make([]float64, len(s.Points)), make([]float64, len(s.Points)), make([]float64, len(s.Points))
	for i, p := range s.Points {
		x[i], y[i], high[i] = p.X, p.Y, p.High
		if s.Shape == chart.Bars {
			y[i] = p.Low
		}
	}
	out.Y = trackOf(y, yUnit)
	if s.Shape == chart.Bars {
		h := trackOf(high, yUnit)
		out.High = &h
	}
	times := trackOf(x, xUnit)
	text := encoded(times)
	at, same := known[text]
	if !same {
		at = len(c.Times)
		known[text] = at
		c.Times = append(c.Times, times)
	}
	out.X = at
	return out
}
