package man

import (
	"strings"
)

// Prose turns plain text into the body of a section.
func Prose(text string) string {
	var b strings.Builder
	for i, block := range blocks(text) {
		if i > 0 && !block.isList() {
			b.WriteString(".PP\n")
		}
		switch {
		case !block.indented:
			for _, line := range block.lines {
				b.WriteString(escape(line) + "\n")
			}
		case block.isList():
			for _, line := range block.lines {
				term, meaning, _ := cutGap(strings.TrimSpace(line))
				b.WriteString(Item(Bold(term), meaning))
			}
		default:
			b.WriteString(verbatim(block.lines))
		}
	}
	return b.String()
}

// Item is an entry of a list: its term, already set, and its plain meaning.
func Item(term, meaning string) string {
	var b strings.Builder
	b.WriteString(".TP\n" + term + "\n")
	for _, line := range wrap(meaning) {
		b.WriteString(escape(line) + "\n")
	}
	return b.String()
}

// Examples are command lines, each kept as it is.
func Examples(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return verbatim(strings.Split(strings.Trim(text, "\n"), "\n"))
}

// verbatim keeps lines as they are, less the indentation that they share.
func verbatim(lines []string) string {
	var b strings.Builder
	b.WriteString(".RS 4\n.nf\n")
	for _, line := range lines {
		b.WriteString(escape(strings.TrimPrefix(line, "  ")) + "\n")
	}
	b.WriteString(".fi\n.RE\n")
	return b.String()
}

// block is lines that belong together.
type block struct {
	lines    []string
	indented bool
}

// isList tells whether every line is indented, a term and its meaning.
func (b *block) isList() bool {
	if !b.indented {
		return false
	}
	for _, line := range b.lines {
		if _, _, ok := cutGap(strings.TrimSpace(line)); !ok {
			return false
		}
	}
	return true
}

// cutGap splits a line at its first gap of two or more spaces.
func cutGap(line string) (term, meaning string, ok bool) {
	term, meaning, ok = strings.Cut(line, "  ")
	return term, strings.TrimSpace(meaning), ok
}

// blocks splits a text where a line is empty or the indentation begins or ends.
func blocks(text string) (all []block) {
	open := false
	for _, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			open = false
			continue
		}
		indented := strings.HasPrefix(line, "  ")
		if last := len(all) - 1; open && all[last].indented == indented {
			all[last].lines = append(all[last].lines, line)
			continue
		}
		all, open = append(all, block{[]string{line}, indented}), true
	}
	return all
}

// wrap breaks a text into lines that a reader of the source can take in.
func wrap(text string) (lines []string) {
	const width = 72
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
