package scenario

import (
	"fmt"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// String returns the capture in the notation, without comments and
// expectations. Parse gives back an equal one.
func (s *Scenario) String() string {
	var b strings.Builder
	if !s.Start.Equal(defaultStart()) {
		fmt.Fprintf(&b, "@start %s\n", s.Start.Format(time.RFC3339Nano))
	}
	if s.Link != defaultLinkLayer {
		fmt.Fprintf(&b, "@link %s\n", linkName(s.Link))
	}
	isn := make([][2]seq.Number, len(s.Conns))
	for n, c := range s.Conns {
		isn[n] = defaultISN()
		s.printConn(&b, n, c)
	}
	conn := len(s.Conns) - 1
	for i := range s.Lines {
		l := &s.Lines[i]
		if l.Conn != conn {
			conn = l.Conn
			fmt.Fprintf(&b, "@conn %d\n", conn)
		}
		for _, side := range reconstruct.Sides {
			if l.ISN[side] != isn[conn][side] {
				fmt.Fprintf(&b, "@isn %s %d\n", side, l.ISN[side])
			}
		}
		isn[conn] = l.ISN
		fmt.Fprintln(&b, l)
	}
	return b.String()
}

func (s *Scenario) printConn(b *strings.Builder, n int, c Conn) {
	if n > 0 {
		fmt.Fprintf(b, "@conn %d\n", n)
	}
	for _, side := range reconstruct.Sides {
		if c.Ends[side] != defaultConn(n).Ends[side] {
			fmt.Fprintf(b, "@%s %s\n", side, c.Ends[side])
		}
	}
}

// String returns the line in the notation, with its time since the start.
func (l *Line) String() string {
	if m := l.ICMP; m != nil {
		by := ""
		if m.By.IsValid() {
			by = " by " + m.By.String()
		}
		return fmt.Sprintf("%s %s icmp %s%s : %s", seconds(l.Time), arrow(l.From), m.Kind, by, m.Quote.segment())
	}
	return seconds(l.Time) + " " + l.segment()
}

func arrow(s reconstruct.Side) string { return [...]string{">", "<"}[s] }

// segment returns the line from the direction on.
func (l *Line) segment() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %d:%d(%d)", arrow(l.From), flagText(l.Flags), l.Seq, l.Seq+seq.Offset(l.Len), l.Len)
	for _, f := range fields {
		if text := f.print(l); text != "" {
			b.WriteString(" " + text)
		}
	}
	if l.Options.Set != 0 {
		fmt.Fprintf(&b, " <%s>", &l.Options)
	}
	return b.String()
}

func flagText(f decode.Flags) string {
	var text []byte
	for i, bit := range flagBits {
		if f.Has(bit) {
			text = append(text, flagLetters[i])
		}
	}
	if text == nil {
		return "-"
	}
	return string(text)
}

// seconds prints a time with three to nine places, as many as it needs.
func seconds(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	text := fmt.Sprintf("%s%d.%09d", sign, d/time.Second, d%time.Second)
	for range 6 {
		text = strings.TrimSuffix(text, "0")
	}
	return text
}
