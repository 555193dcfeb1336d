package table

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/peer/tcptrace"
	"github.com/flowstate-tcp/flowstate/capture"
)

// TcptraceText writes connections as tcptrace's long output, with what was
// corrected below. Each one's Extra is a *tcptrace.Tracker. Times are in UTC.
type TcptraceText struct{}

// Header appends nothing.
func (TcptraceText) Header(b []byte) []byte { return b }

// Append appends one connection.
func (TcptraceText) Append(b []byte, c *Connection) []byte {
	r := tcptraceOf(c)
	b = appendTcptraceHead(b, c, r)
	first, second := r.From(0), r.From(1)
	names := tcptraceHosts(c.Number)
	b = fmt.Appendf(b, "   %s->%s:\t\t\t      %s->%s:\n", names[0], names[1], names[1], names[0])
	for _, l := range tcptraceLines() {
		if l.shown != nil && !l.shown(first, second) {
			continue
		}
		if l.rule {
			b = append(b, '\n')
		}
		b = append(b, strings.TrimRight("     "+l.cell(first)+"     "+l.cell(second), " ")+"\n"...)
	}
	b = appendTcptraceNotes(b, names, first, second)
	return append(b, "================================\n"...)
}

func appendTcptraceHead(b []byte, c *Connection, r *tcptrace.Result) []byte {
	names := tcptraceHosts(c.Number)
	b = fmt.Appendf(b, "TCP connection %d:\n", c.Number+1)
	ends := [2]string{c.Ends[r.A].String(), c.Ends[r.A.Peer()].String()}
	for i, name := range names {
		b = fmt.Appendf(b, "\thost %-10s%s\n", name+":", ends[i])
	}
	verdict := tcptraceVerdict(r)
	if verdict == "no" {
		verdict = fmt.Sprintf("no\t(SYNs: %d)  (FINs: %d)", r.Sides[0].SYNs+r.Sides[1].SYNs, r.Sides[0].FINs+r.Sides[1].FINs)
	}
	b = fmt.Appendf(b, "\tcomplete conn: %s\n\tfirst packet:  %s\n\tlast packet:   %s\n", verdict, tcptraceMoment(c.Start), tcptraceMoment(c.End))
	elapsed := c.End.Sub(c.Start)
	b = fmt.Appendf(b, "\telapsed time:  %d:%02d:%09.6f\n", int(elapsed.Hours()), int(elapsed.Minutes())%60, (elapsed % time.Minute).Seconds())
	return fmt.Appendf(b, "\ttotal packets: %d\n\tfilename:      %s\n", c.Packets(), clean(c.File))
}

func tcptraceMoment(t capture.Timestamp) string {
	if t == capture.NoTime {
		return "unknown"
	}
	return t.Time().UTC().Format("Mon Jan _2 15:04:05.000000 2006")
}

// cell is a line's half for one side.
func (l *tcptraceLine) cell(s *tcptrace.Side) string {
	v := l.of(s)
	value := string(v.appendFlat(nil))
	if l.print != nil {
		value = l.print(s)
	}
	return fmt.Sprintf("%s%*s %-5s", l.label+":", 27-len(l.label), value, l.shownUnit())
}

// shownUnit is the unit where tcptrace shows one.
func (l *tcptraceLine) shownUnit() string {
	switch {
	case l.unit == "bytes/s":
		return "Bps"
	case l.unit == "s":
		return "secs"
	case l.unit == "ms", l.unit == "times" && l.label == "zero win adv":
		return l.unit
	case l.unit == "bytes" && tcptraceUnits[l.label]:
		return "bytes"
	case l.unit == "packets" && tcptraceUnits[l.label]:
		return "pkts"
	}
	return ""
}

// tcptraceUnits are the lines that have their unit behind them. It is never
// written to.
var tcptraceUnits = map[string]bool{
	"urgent data pkts": true, "urgent data bytes": true, "mss requested": true, "max segm size": true, "min segm size": true,
	"avg segm size": true, "max win adv": true, "min win adv": true, "avg win adv": true, "max owin": true,
	"min non-zero owin": true, "avg owin": true, "wavg owin": true, "initial window": true, "ttl stream length": true,
	"missed data": true, "truncated data": true, "truncated packets": true,
}

// appendTcptraceNotes says what is not as tcptrace has it.
func appendTcptraceNotes(b []byte, names [2]string, first, second *tcptrace.Side) []byte {
	if len(first.Corrected)+len(second.Corrected) == 0 {
		return b
	}
	b = append(b, "\n     corrected:\n"...)
	for _, text := range first.Corrected {
		who := names[0] + "->" + names[1]
		if slices.Contains(second.Corrected, text) {
			who = "both"
		}
		b = fmt.Appendf(b, "     %-7s%s\n", who, text)
	}
	for _, text := range second.Corrected {
		if !slices.Contains(first.Corrected, text) {
			b = fmt.Appendf(b, "     %-7s%s\n", names[1]+"->"+names[0], text)
		}
	}
	return b
}

// tcptraceHosts are the names of the hosts of a connection: a and b, c and d, …
// z and aa.
func tcptraceHosts(conn int) [2]string { return [2]string{letters(2 * conn), letters(2*conn + 1)} }

func letters(n int) string {
	if n < 26 {
		return string(rune('a' + n))
	}
	return letters(n/26-1) + string(rune('a'+n%26))
}
