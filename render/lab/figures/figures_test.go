package figures

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/render/chart"
	text "github.com/flowstate-tcp/flowstate/render/lab"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

const ms = time.Millisecond

// curve is a sweep whose bandwidths and slow starts follow functions of the round
// trip, three connections at each delay.
func curve(rate func(rtt float64) float64, opening lab.Opening) *Sweep {
	s := &Sweep{Report: &text.Report{Backend: "netem"}, Command: "flowstate lab report x_y"}
	for _, d := range []time.Duration{5 * ms, 10 * ms, 20 * ms, 40 * ms} {
		for _, variant := range []string{"auto", "fixed"} {
			c := lab.Cell{Name: "delay=" + d.String() + ",buffers=" + variant, Recorded: true}
			c.Way[0].Delay, c.Way[1].Delay = d, d
			for i := range 3 {
				v := rate(2*d.Seconds()) * (1 + 0.001*float64(i))
				o := lab.Outcome{HandshakeRTT: 2 * d, Goodput: v, Transfer: lab.Transfer{Known: true, RTT: 2 * d, Opening: opening}}
				o.Transfer.Opening.Took, o.Transfer.Opening.After = 4*d, v
				c.Outcomes = append(c.Outcomes, o)
			}
			c.Finish(0)
			s.Report.Cells = append(s.Report.Cells, c)
		}
	}
	return s
}

func TestAnswers(t *testing.T) {
	window := func(rtt float64) float64 { return 1e6 / rtt }
	line := func(rtt float64) float64 { return 1e9 - 1e10*rtt }
	for name, c := range map[string]struct {
		rate func(float64) float64
		make func(*Sweep) ([]*Figure, string)
		want []string
	}{
		"a window":                  {window, bandwidthDelay, []string{"A window of 125 kB divided by", "not linear in the delay, but falls as its reciprocal"}},
		"a line":                    {line, bandwidthDelay, []string{"a line 1 Gbit/s -10 Mbit/s for each ms", "The line fits better: the bandwidth is linear in the delay"}},
		"windows do not converge":   {window, hypothesis1, []string{"slow start took 20.00 ms at 5 ms and 160.0 ms at 40 ms (medians): it grows with the delay, at every step", "a factor of 8.00: they do not converge, for the delays differ by nearly the same factor, 8.00"}},
		"equal rates converge":      {func(float64) float64 { return 1e8 }, hypothesis1, []string{"a factor of 1.00: they converge within a tenth"}},
		"equal rates are no gain":   {window, hypothesis2, []string{"There is no improvement: without an effect that can be told from chance, or within two per cent, at 5 ms, 10 ms, 20 ms, 40 ms."}},
		"round trips are as set":    {window, simulationEffect, []string{"5 ms, automatic buffers: +0 (+0.00 %)"}},
		"one side of probes lacks":  {window, probeEffect, []string{"--record both,none"}},
		"no call closes":            {window, closePattern, []string{"no recorded connection was closed by a call"}},
		"no path, no state diagram": {window, stateSheet, []string{"nothing was recorded that shows states"}},
	} {
		all, said := c.make(curve(c.rate, lab.Opening{Bytes: 1000, Window: 500}))
		for _, f := range all {
			said += strings.Join(f.Answer, "\n")
		}
		for _, want := range c.want {
			if !strings.Contains(said, want) {
				t.Errorf("%s: no %q in\n%s", name, want, said)
			}
		}
	}
}

func TestUniform(t *testing.T) {
	for want, v := range map[string][4][]string{
		"The improvement is uniform over these delays: automatic buffers are faster at 5 ms.":                                              {lab.More: {"5 ms"}},
		"The improvement is not uniform: automatic buffers are faster at 5 ms; slower at 10 ms.":                                           {lab.More: {"5 ms"}, lab.Less: {"10 ms"}},
		"Whether the improvement is uniform is open: slower at 1 ms; not to be judged, with fewer than three connections, at 5 ms, 10 ms.": {lab.Less: {"1 ms"}, lab.CannotTell: {"5 ms", "10 ms"}},
	} {
		if got := uniform(v); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// Every figure keeps its texts on the page and apart, at both widths.
func TestFiguresAreClean(t *testing.T) {
	fonts, err := scene.NewFonts()
	if err != nil {
		t.Fatal(err)
	}
	all, _ := All(curve(func(rtt float64) float64 { return 1e6 / rtt }, lab.Opening{Bytes: 1000, Window: 500}))
	if len(all) < 4 {
		t.Fatalf("%d figures", len(all))
	}
	delay := regexp.MustCompile(`-[0-9.]+ms$`)
	for _, f := range all {
		documented := func(c CSVFile) bool { return c.Name == delay.ReplaceAllString(f.Name, "-Nms") }
		if !slices.ContainsFunc(CSVFiles(), documented) {
			t.Errorf("nothing says what the points of %s are", f.Name)
		}
		for _, size := range []chart.Size{chart.OneColumn, chart.TwoColumn} {
			if wrong := f.Chart.Draw(&fonts, size).Check(); len(wrong) > 0 {
				t.Errorf("%s, %s: %s", f.Name, size, strings.Join(wrong, "; "))
			}
		}
	}
}

func TestNothingToDraw(t *testing.T) {
	s := &Sweep{Report: &text.Report{}, Command: "flowstate lab report x_y"}
	all, missing := All(s)
	if len(all) != 0 || len(missing) != len(makers()) {
		t.Errorf("%d figures, %d missing", len(all), len(missing))
	}
	var report, latex strings.Builder
	if err := Markdown(&report, s, all, missing, "svg"); err != nil || !strings.Contains(report.String(), "- Simulation effect: no recorded handshake has a round trip.\n") {
		t.Errorf("%v\n%s", err, report.String())
	}
	if err := LaTeX(&latex, s, []*Figure{{Name: "a", Said: "5 % of a_b & 3 µs"}}); err != nil || !strings.Contains(latex.String(), `\caption{5 \% of a\_b \& 3 \textmu{}s}`) {
		t.Errorf("%v\n%s", err, latex.String())
	}
}
