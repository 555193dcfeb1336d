package table

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/capture"
)

// dash stands for what a capture cannot know.
const dash = "-"

// Header appends the names of the columns, after that of the file.
func (t *TcpstatesText) Header(b []byte, file string) []byte {
	b = appendFileLine(b, t.Files, file)
	var times []string
	if t.Time {
		times = append(times, "TIME")
	}
	if t.Timestamp {
		times = append(times, "TIME(s)")
	}
	return t.line(b, times, [...]string{"SKADDR", "C-PID", "C-COMM", "IP", "LADDR", "LPORT", "RADDR", "RPORT", "OLDSTATE", "NEWSTATE", "MS"})
}

// appendFileLine names a file where there are several.
func appendFileLine(b []byte, several bool, file string) []byte {
	if !several {
		return b
	}
	return append(append(b, clean(file)...), ":\n"...)
}

// Append appends one row. The process and its name are no part of a capture;
// SKADDR is the connection and side, and no address.
func (t *TcpstatesText) Append(b []byte, e *SocketEvent) []byte {
	family := "4"
	if e.IPv6() {
		family = "6"
	}
	port := strconv.Itoa(int(e.Local.Port))
	if e.Binds() {
		port = "0" // as the kernel has it then
	}
	state := e.New
	if !e.Ended() {
		state = dash
	}
	return t.line(b, t.times(e), [...]string{
		fmt.Sprintf("%d/%s", e.Conn, e.Side), dash, dash, family,
		e.Local.IP.String(), port, e.Remote.IP.String(), strconv.Itoa(int(e.Remote.Port)),
		e.Old, state, rangeMillis(e.In),
	})
}

// times are the columns of time that are asked for.
func (t *TcpstatesText) times(e *SocketEvent) (list []string) {
	known := e.Began != capture.NoTime
	if known && !t.began {
		t.first, t.began = e.At, true
	}
	add := func(asked bool, text string) {
		if !known {
			text = dash
		}
		if asked {
			list = append(list, text)
		}
	}
	add(t.Time, e.At.Time().UTC().Format(time.TimeOnly))
	add(t.Timestamp, fmt.Sprintf("%.6f", e.At.Sub(t.first).Seconds()))
	return list
}

// line lays out a row as the tool does; times come first.
func (t *TcpstatesText) line(b []byte, times []string, c [11]string) []byte {
	if t.CSV {
		return append(append(b, strings.Join(append(times, c[:]...), ",")...), '\n')
	}
	for i, text := range times {
		width := 8
		if t.Timestamp && i == len(times)-1 {
			width = 9
		}
		b = fmt.Appendf(b, "%-*s ", width, text)
	}
	if t.Wide {
		return fmt.Appendf(b, "%-16s %-5s %-16s %-2s %-26s %-5s %-26s %-5s %-11s -> %-11s %s\n",
			c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10])
	}
	return fmt.Appendf(b, "%-16s %-5s %-10s %-15s %-5s %-15s %-5s %-11s -> %-11s %s\n",
		c[0], c[1], c[2], c[4], c[5], c[6], c[7], c[8], c[9], c[10])
}

// rangeMillis is a time in milliseconds as far as it is known: exact, a bound,
// or least..most.
func rangeMillis(r ebpf.Range) string {
	text := func(d time.Duration) string { return string(appendMillis(nil, d.Microseconds())) }
	switch {
	case r.Exact():
		return text(r.Least)
	case r.HasMost && (!r.HasLeast || r.Least == 0):
		return "<=" + text(r.Most)
	case r.HasMost:
		return text(r.Least) + ".." + text(r.Most)
	case r.HasLeast && r.Least > 0:
		return ">=" + text(r.Least)
	}
	return dash
}
