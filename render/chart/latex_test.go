package chart

import (
	"bytes"
	"math"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func latexOf(t interface{ Fatal(...any) }, f *Figure, size Size) string {
	fs, err := newTestFonts()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.WriteLaTeX(&b, fs, size, "a figure_1"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestLaTeX reads a small figure: its numbers are those of the axes' units.
func TestLaTeX(t *testing.T) {
	f := &Figure{
		Caption: "50 % of #1 & {all}_x", Command: "flowstate plot",
		X: Axis{Label: "Time", Unit: Seconds, Range: Range{0, 0.1}},
		Panels: []Panel{
			{Y: Axis{Label: "Window", Unit: Bytes, Range: Range{0, 20000}}, Bands: []Band{{Range{0.01, 0.02}, "slow start", Fill{Ink: Pale}}}, Series: []Series{
				{Name: "a_b", Look: Look{Ink: Blue, Dash: Dashed}, Points: []Point{{X: 0, Y: 10000}, {X: 0.05, Y: math.NaN()}, {X: 0.06, Y: 5000}, {X: 0.08, Y: 15000}}},
				{Name: "lost", Shape: Dots, Look: Look{Ink: Orange, Marker: Down}, Points: []Point{{X: 0.05, Y: 5000}}},
			}},
			{Y: Axis{Label: "State"}, Lanes: []Lane{{Name: "client", Spans: []Span{{Range: Range{0, 0.05}, Text: "SYN-SENT", Fill: Fill{Hatch: Rising}}}}}},
		},
	}
	got := latexOf(t, f, OneColumn)
	for _, want := range []string{
		`xmin=0.000, xmax=100.000`, `title={Window (kB)}`, `xlabel={Time (ms)}`, `ymin=0.0000, ymax=20.0000`,
		`line width=0.9pt, dashed] coordinates {(60.000,5.0000)(80.000,15.0000)}`, `\addlegendentry{a\_b}`,
		`mark=triangle*, mark options={rotate=180}`, `coordinates {(50.000,5.0000)}`, `{SYN-SENT};`, `pattern=north east lines`,
		`\fill[fsd9d9d9] (axis cs:10.000,0.0000) rectangle (axis cs:20.000,20.0000)`, `\addlegendentry{slow start}`,
		`\caption{50 \% of \#1 \& \{all\}\_x}`, `\label{fig:a-figure-1}`, `% Made by: flowstate plot`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// TestLaTeXIsBalanced: whatever the names, braces, brackets and environments
// close, and nothing but numbers stands for a coordinate.
func TestLaTeXIsBalanced(t *testing.T) {
	environment := regexp.MustCompile(`\\(begin|end)\{(\w+)\}`)
	coordinate := regexp.MustCompile(`^(\((-?\d+(\.\d+)?|nan),(-?\d+(\.\d+)?|nan)\))+$`)
	list := regexp.MustCompile(`coordinates \{([^}]*)\};`)
	rapid.Check(t, func(t *rapid.T) {
		got := latexOf(t, anyFigure(t), TwoColumn)
		depth := 0
		for i, r := range got {
			escaped := i > 0 && got[i-1] == '\\'
			switch {
			case r == '{' && !escaped:
				depth++
			case r == '}' && !escaped:
				depth--
			}
			if depth < 0 {
				t.Fatalf("a brace closes nothing:\n%s", got)
			}
		}
		if depth != 0 {
			t.Fatalf("%d braces are left open:\n%s", depth, got)
		}
		var open []string
		for _, m := range environment.FindAllStringSubmatch(got, -1) {
			if m[1] == "begin" {
				open = append(open, m[2])
			} else if n := len(open) - 1; n < 0 || open[n] != m[2] {
				t.Fatalf("%s ends %v", m[2], open)
			} else {
				open = open[:n]
			}
		}
		for _, m := range list.FindAllStringSubmatch(got, -1) {
			if !coordinate.MatchString(m[1]) {
				t.Fatalf("coordinates %s", m[1])
			}
		}
	})
}
