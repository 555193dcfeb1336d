package man

import (
	"fmt"
	"strings"
)

// Page is one manual page of section 1.
type Page struct {
	Name    string // such as flowstate-lab-run
	Short   string // what it does, for the line of NAME
	Source  string // what it belongs to, at the foot
	Heading string // of all pages, at the head

	sections []section
}

type section struct{ title, body string }

// Add appends a section. An empty body leaves it out.
func (p *Page) Add(title, body string) {
	if body != "" {
		p.sections = append(p.sections, section{title, body})
	}
}

// Bytes returns the page.
func (p *Page) Bytes() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" %s %s\n", argument(strings.ToUpper(p.Name)), argument(p.Source), argument(p.Heading))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", escape(p.Name), escape(p.Short))
	for _, s := range p.sections {
		fmt.Fprintf(&b, ".SH %s\n%s", argument(s.title), s.body)
	}
	return []byte(b.String())
}

// escaped are the characters that a formatter would read as something else, or
// print as another one.
var escaped = strings.NewReplacer(
	`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "\"", `\(dq`,
)

// escape makes plain text of a line. Letters beyond ASCII are written by their
// numbers, which every formatter reads whatever the locale.
func escape(line string) string {
	line = escaped.Replace(line)
	var b strings.Builder
	if strings.HasPrefix(line, ".") {
		b.WriteString(`\&`)
	}
	for _, r := range line {
		switch {
		case r < ' ' || r == 0x7f:
			b.WriteByte(' ')
		case r > 0x7f:
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// argument is a text as one argument of a macro.
func argument(s string) string { return `"` + escape(s) + `"` }

// Bold and Italic put a text in these fonts.
func Bold(s string) string   { return `\fB` + escape(s) + `\fR` }
func Italic(s string) string { return `\fI` + escape(s) + `\fR` }

// Plain is a text as it stands, in the middle of a line.
func Plain(s string) string { return escape(s) }
