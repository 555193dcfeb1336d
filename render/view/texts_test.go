package view

import (
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/render/ladder"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// TestTexts finds on the pages of text what the packages say that word it, line by
// line, whatever the size of the page.
func TestTexts(t *testing.T) {
	o := labCapture(t, "linux-loss")
	r := newRig(t, o)
	r.press("Enter")
	c := r.open
	row := &table.Connection{File: o.File, Connection: c.Connection}
	for _, width := range []int{80, 120} {
		block := table.SummaryText{Style: table.Style{Width: width - margin}}
		var steps []string
		for _, l := range c.ladder.Text(ladder.Unicode, width-margin) {
			steps = append(steps, l.Text)
		}
		var told []string
		for _, s := range c.words.Sections {
			told = append(append(told, s.Title), s.Lines...)
		}
		for _, test := range []struct {
			key  string
			want string
			flat bool // the page breaks its lines in its own way
		}{
			{"1", string(block.AppendFacts(nil, row)) + "\nFindings", false},
			{"4", strings.Join(steps, "\n"), false},
			{"6", strings.Join(told, " "), true},
		} {
			r.press(test.key)
			page := r.scrolled(width)
			if test.flat {
				page, test.want = words(page), words(test.want)
			}
			if !strings.Contains(page, test.want) {
				t.Errorf("the page of %q at %d columns lacks its text; it is\n%s\nand not\n%s", test.key, width, page, test.want)
			}
		}
	}
}

// words joins the words of a text, without the signs of a list.
func words(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "· ", "")), " ")
}

// scrolled is a page of text from its top to its bottom, without its margin.
func (r *rig) scrolled(width int) string {
	const height = 24
	var all []string
	r.press("g")
	for last := -1; ; r.press("j") {
		shown := strings.Split(r.screen(width, height), "\n")[2 : height-1]
		p := &r.open.pages[r.tab]
		if p.at == last {
			return strings.Join(all, "\n")
		}
		last = p.at
		line := []rune(shown[p.at-p.top])
		if len(line) == 0 || line[0] != '►' {
			r.t.Errorf("the cursor is not at line %d: %s", p.at, string(line))
		}
		all = append(all, string(line[min(margin, len(line)):]))
	}
}

// TestCharts finds the parts of the charts, for either direction.
func TestCharts(t *testing.T) {
	r := newRig(t, labCapture(t, "linux-loss"))
	r.press("Enter 5")
	for _, test := range []struct {
		keys   string
		has    []string
		hasNot []string
	}{
		{"", []string{"data of the server", "time-sequence: data a acked R again", "in flight: bytes", "round trip: samples", "throughput: payload", "1049 kB│", "3.8 s", "R"}, nil},
		{"d", []string{"data of the client", "time-sequence", "nothing to show"}, []string{"1049 kB│"}},
		{"d Enter", []string{"time-sequence", "1049 kB│"}, []string{"in flight", "round trip", "throughput"}},
		{"Enter Enter", []string{"round trip", "ms│"}, []string{"time-sequence", "in flight:"}},
		{"Left Left Left", []string{"time-sequence", "throughput"}, nil},
	} {
		r.press(test.keys)
		for _, size := range [][2]int{{80, 24}, {200, 60}} {
			text := r.screen(size[0], size[1])
			for _, has := range test.has {
				if !strings.Contains(text, has) {
					t.Errorf("after %q at %v there is no %q:\n%s", test.keys, size, has, text)
				}
			}
			for _, has := range test.hasNot {
				if strings.Contains(text, has) {
					t.Errorf("after %q at %v there is %q:\n%s", test.keys, size, has, text)
				}
			}
		}
	}
}
