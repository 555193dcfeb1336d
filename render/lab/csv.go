package lab

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
)

// Column is one of the table of settings, as the documentation tells it.
type Column struct {
	Name, Unit, Meaning string
	of                  func(*Report, *lab.Cell) string
}

// Columns are those of CSV in the order of output. Empty cells are unknown.
func Columns() []Column {
	all := []Column{
		{"cell", "", "the setting: a folder of the lab", func(_ *Report, c *lab.Cell) string { return c.Name }},
		{"backend", "", "of the link: netem, uml, emulated, simulated", func(r *Report, _ *lab.Cell) string { return r.Backend }},
		{"delay_s", "s", "set from client to server", func(_ *Report, c *lab.Cell) string { return decimal(c.Way[0].Delay) }},
		{"back_delay_s", "s", "set from server to client", func(_ *Report, c *lab.Cell) string { return decimal(c.Way[1].Delay) }},
		{"runs", "", "of the setting", func(_ *Report, c *lab.Cell) string { return strconv.Itoa(c.Runs) }},
		{"connections", "", "that count here", func(_ *Report, c *lab.Cell) string { return strconv.Itoa(c.Connections) }},
		{"close", "", "how most of them closed", func(_ *Report, c *lab.Cell) string { return usual(c).Word }},
		{"close_n", "", "how many did", func(_ *Report, c *lab.Cell) string { return strconv.Itoa(usual(c).Times) }},
		{"predicted_n", "", "whose close was predicted from calls and delay", func(_ *Report, c *lab.Cell) string { _, n, _ := c.Closes(); return strconv.Itoa(n) }},
		{"agrees_n", "", "that closed as predicted", func(_ *Report, c *lab.Cell) string { _, _, n := c.Closes(); return strconv.Itoa(n) }},
	}
	all = append(all, times("handshake_rtt", "from SYN to SYN-ACK at the client", func(c *lab.Cell) lab.Spread[time.Duration] { return c.RTT })...)
	all = append(all, times("close_gap", "between the two calls that send FINs", func(c *lab.Cell) lab.Spread[time.Duration] { return c.Gap })...)
	all = append(all, times("one_way", "that the first FIN was under way", func(c *lab.Cell) lab.Spread[time.Duration] { return c.OneWay })...)
	all = append(all, bits("bandwidth", "as the benchmark measured it", func(c *lab.Cell) lab.Spread[float64] { return c.Bandwidth })...)
	all = append(all, bits("goodput", "of the larger stream, as the capture at its receiver shows it", func(c *lab.Cell) lab.Spread[float64] { return c.Goodput })...)
	return append(all, Column{"recorder_lost", "packets", "that the recorder lost", func(_ *Report, c *lab.Cell) string { return strconv.FormatUint(c.Dropped, 10) }})
}

// usual is how most connections closed.
func usual(c *lab.Cell) lab.Count {
	counts, _, _ := c.Closes()
	if len(counts) == 0 {
		return lab.Count{}
	}
	return counts[0]
}

// times are the columns of a spread of times. It may be all zero, where there
// are some: virtual time does not move between two calls.
func times(name, meaning string, of func(*lab.Cell) lab.Spread[time.Duration]) []Column {
	return spread(name, "s", meaning, of, decimal)
}

func bits(name, meaning string, of func(*lab.Cell) lab.Spread[float64]) []Column {
	return spread(name, "bps", meaning, of, func(rate float64) string { return strconv.FormatFloat(rate, 'f', 1, 64) })
}

// spread makes a column of the number of values, and of each of their order
// statistics. In virtual time without delay a rate has no limit and is unknown.
func spread[T time.Duration | float64](name, unit, meaning string, of func(*lab.Cell) lab.Spread[T], write func(T) string) []Column {
	all := []Column{{name + "_n", "", "connections with the following: " + meaning, func(_ *Report, c *lab.Cell) string { return strconv.Itoa(of(c).N) }}}
	for _, s := range []struct {
		name, meaning string
		of            func(lab.Spread[T]) T
	}{
		{"median", "median", func(s lab.Spread[T]) T { return s.Median }},
		{"q1", "first quartile", func(s lab.Spread[T]) T { return s.Q1 }},
		{"q3", "third quartile", func(s lab.Spread[T]) T { return s.Q3 }},
		{"min", "least", func(s lab.Spread[T]) T { return s.Least }},
		{"max", "most", func(s lab.Spread[T]) T { return s.Most }},
	} {
		all = append(all, Column{name + "_" + s.name + "_" + unit, unit, s.meaning, func(r *Report, c *lab.Cell) string {
			if of(c).N == 0 || unit == "bps" && unlimited(r, c) {
				return ""
			}
			return write(s.of(of(c)))
		}})
	}
	return all
}

// decimal writes seconds as JSON does.
func decimal(d time.Duration) string {
	text, _ := seconds(d).MarshalJSON() // it has no error
	return string(text)
}

// CSV prints a row for each setting, after one with the names. Comma is what
// stands between the fields.
func CSV(w io.Writer, r *Report, comma rune) error {
	out := csv.NewWriter(w)
	out.Comma = comma
	columns := Columns()
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.Name
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for k := range r.Cells {
		for i, c := range columns {
			row[i] = c.of(r, &r.Cells[k])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
