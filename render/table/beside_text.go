package table

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/witness"
)

// besideHeadings are the columns of what other tools showed.
var besideHeadings = [...]heading{
	{name: ""},
	{name: "line"},
	{name: "whose"},
	{name: "what"},
	{name: "the tool shows"},
	{name: ""},
	{name: "the capture says"},
}

// verdictWords and their colours.
var verdictWords = [...]struct{ word, color string }{
	witness.Incomparable: {"open", dim},
	witness.Agrees:       {"agrees", ""},
	witness.Differs:      {"DIFFERS", red},
}

// addBeside writes what other tools showed of a connection, text by text.
func (t *StatesText) addBeside(out *strings.Builder, c *Connection) {
	all := Collapse(c.Beside)
	for len(all) > 0 {
		same := 1
		for same < len(all) && all[same].Text == all[0].Text {
			same++
		}
		t.addText(out, all[:same])
		all = all[same:]
	}
}

func (t *StatesText) addText(out *strings.Builder, all []Collapsed) {
	var count [3]int
	for i := range all {
		count[all[i].Verdict] += all[i].Lines
	}
	fmt.Fprintf(out, "\n  beside %s: %d agree, %d differ, %d open (cannot be compared)\n", t.Style.paint(bold, clean(all[0].Text)),
		count[witness.Agrees], count[witness.Differs], count[witness.Incomparable])
	grid := newAligner(out, t.Style, besideHeadings[:])
	for i := range all {
		c := &all[i]
		word := verdictWords[c.Verdict]
		verbatim(grid, strings.Join([]string{
			"", c.Where(), c.Side.String(), c.About, clean(c.Showed()), t.Style.paint(word.color, word.word), c.Said(),
		}, "\t"))
		if c.Verdict != witness.Agrees || t.All {
			verbatim(grid, "      "+t.Style.paint(dim, clean(c.Why)))
		}
	}
	grid.Flush() // a strings.Builder does not fail
}

// Collapsed is one comparison, or several that say the same.
type Collapsed struct {
	witness.Comparison
	Lines       int // of the text
	last        int // line
	least, most int64
}

// Collapse joins comparisons that differ in the line and, for numbers, in the
// number alone.
func Collapse(list []witness.Comparison) []Collapsed {
	type key struct {
		text, about, shown, ours, why string
		side, verdict                 uint8
	}
	at := map[key]int{}
	var all []Collapsed
	for _, c := range list {
		k := key{c.Text, c.About, c.Shown, c.Ours, c.Why, uint8(c.Side), uint8(c.Verdict)}
		if c.IsNumber && c.Ours == "" {
			k.shown = ""
		}
		i, seen := at[k]
		if !seen || c.Line == 0 {
			at[k] = len(all)
			all = append(all, Collapsed{c, 1, c.Line, c.Number, c.Number})
			continue
		}
		joined := &all[i]
		joined.Lines++
		joined.last = c.Line
		joined.least, joined.most = min(joined.least, c.Number), max(joined.most, c.Number)
	}
	return all
}

// Showed is what the tool showed; of numbers their range.
func (c *Collapsed) Showed() string {
	switch {
	case !c.IsNumber || c.Ours != "":
		return c.Shown
	case c.least == c.most:
		return quantity(c.least, c.Unit)
	}
	return quantity(c.least, c.Unit) + " to " + quantity(c.most, c.Unit)
}

// Where is the line, or the lines, of the text; - for what it lacks.
func (c *Collapsed) Where() string {
	switch {
	case c.Line == 0:
		return "-"
	case c.Lines == 1:
		return strconv.Itoa(c.Line)
	}
	return fmt.Sprintf("%d–%d (%d)", c.Line, c.last, c.Lines)
}

// Said is what the capture says, and for a number its range.
func (c *Collapsed) Said() string {
	if c.Ours != "" || !c.Range.Known {
		return c.Ours
	}
	if c.Range.Least == c.Range.Most {
		return quantity(c.Range.Least, c.Unit)
	}
	return quantity(c.Range.Least, c.Unit) + " to " + quantity(c.Range.Most, c.Unit)
}

// quantity writes a number with its unit.
func quantity(n int64, unit witness.Unit) string {
	if unit == witness.Nanoseconds {
		return strconv.FormatFloat(float64(n)/float64(time.Millisecond), 'f', 3, 64) + " ms"
	}
	name := unit.String()
	if n == 1 {
		name = strings.TrimSuffix(name, "s")
	}
	return strings.TrimSpace(strconv.FormatInt(n, 10) + " " + name)
}
