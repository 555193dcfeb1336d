package man_test

import (
	"testing"

	"github.com/flowstate-tcp/flowstate/render/man"
)

func TestProse(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"paragraphs":      {"One\ntwo.\n\nThree.", "One\ntwo.\n.PP\nThree.\n"},
		"list":            {"Names:\n\n  one    the first\n  other  the --second\n\nAfter.", "Names:\n.TP\n\\fBone\\fR\nthe first\n.TP\n\\fBother\\fR\nthe \\-\\-second\n.PP\nAfter.\n"},
		"kept lines":      {"Like this:\n\n  a | b\n    c", "Like this:\n.PP\n.RS 4\n.nf\na | b\n  c\n.fi\n.RE\n"},
		"no request":      {".so /etc/passwd\n'nf\n\\fB", "\\&.so /etc/passwd\n\\(aqnf\n\\efB\n"},
		"beyond ASCII":    {"µ → ~^`\"", "\\[u00B5] \\[u2192] \\(ti\\(ha\\(ga\\(dq\n"},
		"control letters": {"a\x1b[31m\tb", "a [31m b\n"},
	} {
		if got := man.Prose(test.text); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestPage(t *testing.T) {
	page := man.Page{Name: "x-y", Short: "do \"it\"", Source: "x", Heading: "Manual of x"}
	page.Add("SYNOPSIS", man.Bold("x y")+" "+man.Italic("FILE")+man.Plain("...")+"\n")
	page.Add("NOTHING", "")
	page.Add("EXAMPLES", man.Examples("  x y a\n"))
	const want = `.TH "X\-Y" 1 "" "x" "Manual of x"
.SH NAME
x\-y \- do \(dqit\(dq
.SH "SYNOPSIS"
\fBx y\fR \fIFILE\fR\&...
.SH "EXAMPLES"
.RS 4
.nf
x y a
.fi
.RE
`
	if got := string(page.Bytes()); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
