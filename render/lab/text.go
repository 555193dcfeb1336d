package lab

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/capture/link"
)

// Report is a lab as it is printed.
type Report struct {
	Dir     string
	Backend string
	Kernel  string
	Plan    []string // names of the settings that the plan goes through
	Errors  []link.Figures
	Cells   []lab.Cell
	Missing int      // runs of the plan that are not there
	Notes   []string // on single runs
}

// Text prints the report for people.
func Text(w io.Writer, r *Report) error {
	fmt.Fprintf(w, "link %s, TCP of %s%s\n\n", r.Backend, r.Kernel, accuracy(r)) // as below
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row(t, append(heads(r), "handshake RTT", "closed", "as predicted", "close() gap", "FIN under way", "bandwidth", "in the captures"))
	for _, c := range r.Cells {
		closed, predicted, agreed := c.Closes()
		row(t, append(labels(r, &c),
			known(c.RTT.Median), counts(closed), agreement(predicted, agreed),
			gap(&c, predicted), known(c.OneWay.Median), bandwidth(r, &c, c.Bandwidth), bandwidth(r, &c, c.Goodput)))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if err := quartiles(w, r); err != nil {
		return err
	}
	return sentences(w, r)
}

// few connections have quartiles that are nearly those connections themselves.
const few = 5

// quartiles prints between which values the middle half of a cell's connections
// lies, where there are enough of them.
func quartiles(w io.Writer, r *Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	any := false
	for _, c := range r.Cells {
		if c.RTT.N < few {
			continue
		}
		if !any {
			fmt.Fprintln(t)
			row(t, append(heads(r), "middle half of", "handshake RTT", "bandwidth", "in the captures"))
			any = true
		}
		row(t, append(labels(r, &c), strconv.Itoa(c.RTT.N),
			Duration(c.RTT.Q1)+" to "+Duration(c.RTT.Q3), rates(r, &c, c.Bandwidth), rates(r, &c, c.Goodput)))
	}
	return t.Flush()
}

// rates are the quartiles of a bandwidth.
func rates(r *Report, c *lab.Cell, s lab.Spread[float64]) string {
	if s.N < few || unlimited(r, c) {
		return "-"
	}
	return fmt.Sprintf("%.0f to %.0f KBytes/s", kilobytes(s.Q1), kilobytes(s.Q3))
}

func row(w io.Writer, cells []string) { fmt.Fprintln(w, strings.Join(cells, "\t")) } // Flush tells the error

// heads are the names of the settings that differ.
func heads(r *Report) []string {
	if len(r.Plan) == 0 {
		return []string{"run"}
	}
	return append([]string(nil), r.Plan...)
}

// labels are a cell's values of those settings.
func labels(r *Report, c *lab.Cell) []string {
	if len(r.Plan) == 0 {
		return []string{c.Name}
	}
	var all []string
	for _, part := range strings.Split(c.Name, ",") {
		_, value, _ := strings.Cut(part, "=")
		all = append(all, value)
	}
	return all
}

// accuracy tells how well the link kept its delay, over all runs.
func accuracy(r *Report) string {
	if r.Backend == "simulated" {
		return "; delays are exact"
	}
	var p50, p99 time.Duration
	found := false
	for _, f := range r.Errors {
		for _, way := range f.Way {
			p50, p99, found = max(p50, way.P50), max(p99, way.P99), found || way.Received > 0
		}
	}
	if !found {
		return ""
	}
	return fmt.Sprintf("; packets at most %s (p50) and %s (p99) later than set", Duration(p50), Duration(p99))
}

// counts is "3 simultaneous, 2 client-first".
func counts(list []lab.Count) string {
	if len(list) == 0 {
		return "-"
	}
	var words []string
	for _, c := range list {
		words = append(words, fmt.Sprintf("%d %s", c.Times, c.Word))
	}
	return strings.Join(words, ", ")
}

func agreement(predicted, agreed int) string {
	if predicted == 0 {
		return "-"
	}
	return fmt.Sprintf("%d of %d", agreed, predicted)
}

func bandwidth(r *Report, c *lab.Cell, s lab.Spread[float64]) string {
	switch {
	case s.N == 0:
		return "-"
	case unlimited(r, c):
		return "no limit"
	}
	return fmt.Sprintf("%.0f KBytes/s", kilobytes(s.Median))
}

// unlimited tells where virtual time stands still while data is moved.
func unlimited(r *Report, c *lab.Cell) bool {
	return r.Backend == "simulated" && c.Way[0].Delay+c.Way[1].Delay == 0 && c.Way[1].Rate == 0
}

// kilobytes is a rate in the unit of the benchmark: 1024 octets a second.
func kilobytes(bits float64) float64 { return bits / 8 / 1024 }

// gap is known where there is a prediction, and then it may be zero: in virtual
// time two calls are at the same moment.
func gap(c *lab.Cell, predicted int) string {
	if predicted == 0 {
		return "-"
	}
	return Duration(c.Gap.Median)
}

func known(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return Duration(d)
}

// Duration writes a time with three figures that count.
func Duration(d time.Duration) string {
	switch a := d.Abs(); {
	case a == 0:
		return "0"
	case a < time.Microsecond:
		return fmt.Sprintf("%d ns", d)
	case a < time.Millisecond:
		return fmt.Sprintf("%.3g µs", float64(d)/1e3)
	case a < 100*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	case a < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
