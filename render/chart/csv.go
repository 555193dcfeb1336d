package chart

import (
	"bufio"
	"encoding/csv"
	"io"
	"math"
	"strconv"
)

// Column is a column of the CSV beside a figure, with what it means.
type Column struct{ Name, Meaning string }

// CSVColumns returns the columns, in their order.
func CSVColumns() []Column { return csvColumns[:] }

var csvColumns = [...]Column{
	{"panel", "label of the panel's Y axis"},
	{"series", "name of the series, or of the lane"},
	{"frame", "frame number that the point is from, where it is from one"},
	{"x", "where it lies on the X axis"},
	{"x_unit", "s, bytes, bit/s, % (of values from 0 to 1) or nothing"},
	{"y", "where it lies on the Y axis; empty where a line is broken"},
	{"low", "lower end of a bar or whisker, begin of a span; of a lane, when the span begins at the earliest"},
	{"high", "upper end of a bar or whisker, end of a span; of a lane, when the span ends at the latest"},
	{"unit", "unit of y, low and high; of a lane they are in x_unit"},
	{"text", "what a span of a lane means"},
}

func csvHeader() (names []string) {
	for _, c := range csvColumns {
		names = append(names, c.Name)
	}
	return names
}

// WriteCSV writes all points of a figure, unthinned, one a line.
func (f *Figure) WriteCSV(w io.Writer) error {
	b := bufio.NewWriterSize(w, 1<<16)
	out := csv.NewWriter(b)
	if err := out.Write(csvHeader()); err != nil {
		return err
	}
	out.Flush()
	var line []byte
	for i := range f.Panels {
		p := &f.Panels[i]
		for j := range p.Series {
			s := &p.Series[j]
			head := quoted(p.Y.Label) + "," + quoted(s.Name) + ","
			for k := range s.Points {
				line = s.Points[k].appendCSV(append(line[:0], head...), s.Shape, f.X.Unit, p.Y.Unit)
				if _, err := b.Write(line); err != nil {
					return err
				}
			}
		}
		for j := range p.Lanes {
			if err := p.Lanes[j].writeCSV(out, p, f.X.Unit); err != nil {
				return err
			}
		}
		out.Flush()
	}
	if err := out.Error(); err != nil {
		return err
	}
	return b.Flush()
}

// appendCSV appends what follows the names of panel and series.
func (p *Point) appendCSV(b []byte, shape Shape, x, y Unit) []byte {
	if p.Frame > 0 {
		b = strconv.AppendInt(b, p.Frame, 10)
	}
	b = appendValue(append(b, ','), p.X)
	b = append(append(append(b, ','), x.String()...), ',')
	b = append(appendValue(b, p.Y), ',')
	if shape == Bars || shape == Spans || shape == Quartiles {
		b = append(appendValue(b, p.Low), ',')
		b = append(appendValue(b, p.High), ',')
	} else {
		b = append(b, ",,"...)
	}
	return append(append(b, y.String()...), ",\n"...)
}

func (l *Lane) writeCSV(out *csv.Writer, p *Panel, x Unit) error {
	for _, s := range l.Spans {
		text := s.Text
		if s.Note != "" {
			text = s.Note
		}
		value := func(v float64) string { return string(appendValue(nil, v)) }
		line := []string{p.Y.Label, l.Name, "", value(s.Lo), x.String(), "", value(s.Lo - s.Early), value(s.Hi + s.Late), "", text}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// appendValue writes a number with up to nine places, as package table writes
// seconds.
func appendValue(b []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return b
	}
	if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
		return strconv.AppendInt(b, int64(v), 10)
	}
	b = appendNinePlaces(b, v)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	return b
}

// appendNinePlaces writes nanoseconds and the like; where they fit an integer it
// is faster than package strconv is with fractions.
func appendNinePlaces(b []byte, v float64) []byte {
	const places = 1_000_000_000
	if math.Abs(v) >= 1<<52/places {
		return strconv.AppendFloat(b, v, 'f', 9, 64)
	}
	n := int64(math.Round(math.Abs(v) * places))
	if v < 0 {
		b = append(b, '-')
	}
	b = strconv.AppendInt(b, n/places, 10)
	point := len(b)
	b = strconv.AppendInt(b, places+n%places, 10) // a 1 where the point goes, then nine digits
	b[point] = '.'
	return b
}

// quoted returns a field as CSV has it.
func quoted(s string) string {
	var b writer
	out := csv.NewWriter(&b)
	_ = out.Write([]string{s, ""}) // a slice of bytes does not fail
	out.Flush()
	return string(b[:len(b)-2])
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}
