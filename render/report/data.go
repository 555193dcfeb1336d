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
	Name   string     `json:"name"`
	Shape  string     `json:"shape"`
	Ink    string     `json:"ink"`
	Dash   []number   `json:"dash,omitempty"`
	Width  number     `json:"width,omitempty"`
	Guest  bool       `json:"guest,omitempty"`
	Marker bool       `json:"marker,omitempty"`
	Letter string     `json:"letter,omitempty"`
	X      coordinate `json:"x"`
	Y      coordinate `json:"y"`
	High   coordinate `json:"high,omitempty"`
}

// number is written with as many digits as a screen can show.
type number float64

// MarshalJSON writes null for what is no number.
func (n number) MarshalJSON() ([]byte, error) { return appendNumber(nil, float64(n), 6), nil }

func appendNumber(b []byte, v float64, digits int) []byte {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return append(b, "null"...)
	case v == math.Trunc(v) && math.Abs(v) < 1<<53:
		return strconv.AppendInt(b, int64(v), 10)
	}
	return strconv.AppendFloat(b, v, 'g', digits, 64)
}

// coordinate is a list of numbers. Times need nine digits, since the screen can
// zoom.
type coordinate []float64

// MarshalJSON writes an array.
func (c coordinate) MarshalJSON() ([]byte, error) {
	b := append(make([]byte, 0, 10*len(c)+2), '[')
	for i, v := range c {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendNumber(b, v, 9)
	}
	return append(b, ']'), nil
}

// shapes are those that the charts of a connection have.
var shapes = map[chart.Shape]string{chart.Line: "line", chart.Steps: "steps", chart.Dots: "dots", chart.Bars: "bars"}

// chartData writes a figure as JSON. It holds none of the characters that could
// end the element around it.
func chartData(f *chart.Figure) string {
	x := f.Extent()
	all := chartJSON{Label: f.X.Label, Unit: f.X.Unit.String(), Range: [2]number{number(x.Lo), number(x.Hi)}}
	for i := range f.Panels {
		p := &f.Panels[i]
		one := panelJSON{Label: p.Y.Label, Unit: p.Y.Unit.String(), Zero: p.Y.Zero, Series: []seriesJSON{}}
		for _, b := range p.Bands {
			one.Bands = append(one.Bands, bandJSON{b.Name, number(b.Lo), number(b.Hi)})
		}
		for j := range p.Series {
			if s := &p.Series[j]; len(s.Points) > 0 && shapes[s.Shape] != "" {
				one.Series = append(one.Series, seriesOf(s))
			}
		}
		all.Panels = append(all.Panels, one)
	}
	text, err := json.Marshal(&all) // escapes <, > and &
	if err != nil {
		panic(err) // there is nothing in it that has no JSON
	}
	return string(text)
}

func seriesOf(s *chart.Series) seriesJSON {
	pen := s.Look.Pen()
	out := seriesJSON{
		Name: s.Name, Shape: shapes[s.Shape], Ink: pen.Ink.String()[1:], Width: number(pen.Width),
		Guest: s.Guest, Marker: s.Look.Marker != chart.NoMarker, Letter: s.Letter,
	}
	for _, length := range pen.Dash.Lengths() {
		out.Dash = append(out.Dash, number(length))
	}
	for _, p := range s.Points {
		out.X = append(out.X, p.X)
		if s.Shape == chart.Bars {
			out.Y, out.High = append(out.Y, p.Low), append(out.High, p.High)
		} else {
			out.Y = append(out.Y, p.Y)
		}
	}
	return out
}
