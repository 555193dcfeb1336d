package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/witness"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// AddBeside appends a section for each text of another tool that showed anything
// of the connection.
func (d *Document) AddBeside(list []witness.Comparison) {
	all := table.Collapse(list)
	for n := 1; len(all) > 0; n++ {
		same := slices.IndexFunc(all, func(c table.Collapsed) bool { return c.Text != all[0].Text })
		if same < 0 {
			same = len(all)
		}
		d.Add(fmt.Sprintf("beside-%d", n), "Beside "+all[0].Text, besideLines(all[:same])...)
		all = all[same:]
	}
}

// besideLines tell of one text: the sum, then what agrees, differs and cannot be
// compared, numbers with the same reason in one sentence.
func besideLines(all []table.Collapsed) []string {
	var count [3]int
	told := map[string]int{} // index of the sentence of a reason
	var lines []string
	for i := range all {
		c := &all[i]
		count[c.Verdict] += c.Lines
		head, item := besideWords(c)
		at, known := told[head]
		if !known {
			told[head], at = len(lines), len(lines)
			lines = append(lines, head+" ")
		} else {
			lines[at] += ", "
		}
		lines[at] += item
	}
	for i := range lines {
		lines[i] += "."
	}
	sum := fmt.Sprintf("Of what this text shows of the connection %d things agree with the capture, %d differ and %d cannot be compared.",
		count[witness.Agrees], count[witness.Differs], count[witness.Incomparable])
	return append([]string{sum}, lines...)
}

// besideWords are the beginning of the sentence that tells of a comparison, which
// others may share, and what it adds to it.
func besideWords(c *table.Collapsed) (head, item string) {
	who := "The " + c.Side.String() + "'s "
	number := c.IsNumber && c.Ours == ""
	switch {
	case c.Line == 0:
		return who + "changes that the text lacks (" + c.Why + "):", c.Said()
	case c.Verdict == witness.Agrees && number:
		return who + "numbers that agree:", c.About + " " + c.Showed()
	case c.Verdict == witness.Agrees:
		return fmt.Sprintf("Line %s: %s%s %s agrees;", c.Where(), strings.ToLower(who[:1])+who[1:], c.About, c.Showed()), "the capture says " + c.Said()
	case c.Verdict == witness.Differs:
		return fmt.Sprintf("Line %s: %s%s %s differs;", c.Where(), strings.ToLower(who[:1])+who[1:], c.About, c.Showed()),
			strings.TrimPrefix(but(c.Said())+c.Why, "; ")
	}
	return who + "part that cannot be compared (" + c.Why + "):", strings.TrimSpace(c.About + " " + c.Showed())
}

// but is what the capture says instead, if anything.
func but(said string) string {
	if said == "" {
		return ""
	}
	return "the capture says " + said + "; "
}
