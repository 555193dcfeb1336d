package tshark

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Printed is what the program tshark printed of one frame.
type Printed struct {
	Frame  capture.FrameNumber
	Layers int // TCP headers that it found in the frame; with several, Row mixes them
	Row    Row
}

// column is a field of tshark and where its value belongs.
type column struct {
	name string
	take func(p *Printed, value string) error
}

// columns are what is asked of tshark; the flags come after them.
var columns = [...]column{
	{"frame.number", func(p *Printed, v string) error { return number(&p.Frame, v) }},
	{"tcp.stream", func(p *Printed, v string) error { p.Layers = strings.Count(v, ",") + 1; return nil }},
	{"tcp.analysis.duplicate_ack_num", func(p *Printed, v string) error { return number(&p.Row.DupNum, v) }},
	{"tcp.analysis.duplicate_ack_frame", func(p *Printed, v string) error { return number(&p.Row.DupFrame, v) }},
	{"tcp.analysis.acks_frame", func(p *Printed, v string) error { return number(&p.Row.AcksFrame, v) }},
	{"tcp.analysis.ack_rtt", func(p *Printed, v string) error { return duration(&p.Row.AckRTT, v) }},
	{"tcp.analysis.initial_rtt", func(p *Printed, v string) error { return duration(&p.Row.InitialRTT, v) }},
	{"tcp.analysis.rto", func(p *Printed, v string) error { return duration(&p.Row.RTO, v) }},
	{"tcp.analysis.rto_frame", func(p *Printed, v string) error { return number(&p.Row.RTOFrame, v) }},
	{"tcp.analysis.bytes_in_flight", func(p *Printed, v string) error { return number(&p.Row.BytesInFlight, v) }},
	{"tcp.analysis.push_bytes_sent", func(p *Printed, v string) error { return number(&p.Row.PushBytesSent, v) }},
}

// Arguments are those with which tshark prints what Read reads of a capture.
func Arguments(path string) []string {
	args := []string{"-n", "-r", path, "-Y", "tcp", "-T", "fields", "-E", "occurrence=a"}
	for _, c := range columns {
		args = append(args, "-e", c.name)
	}
	for f := range Flag(NumFlags) {
		args = append(args, "-e", "tcp.analysis."+f.String())
	}
	return args
}

// longestLine bounds a line of tshark's output.
const longestLine = 1 << 20

// Read reads the output of tshark, and gives each frame to take until that
// returns false. An error names the line.
func Read(r io.Reader, take func(*Printed) bool) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	for n := 1; lines.Scan(); n++ {
		p, err := parseLine(lines.Text())
		if err != nil {
			return fmt.Errorf("line %d of tshark's output: %w", n, err)
		}
		if !take(p) {
			return nil
		}
	}
	return lines.Err()
}

func parseLine(line string) (*Printed, error) {
	cells := strings.Split(line, "\t")
	if len(cells) != len(columns)+NumFlags {
		return nil, fmt.Errorf("%d columns, want %d", len(cells), len(columns)+NumFlags)
	}
	p := new(Printed)
	for i, c := range columns {
		if cells[i] == "" {
			continue
		}
		if err := c.take(p, cells[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for f := range Flag(NumFlags) {
		if cells[len(columns)+int(f)] != "" {
			p.Row.Flags = p.Row.Flags.With(f)
		}
	}
	return p, nil
}

// first is the first of several values, one for each TCP header of the frame.
func first(v string) string {
	v, _, _ = strings.Cut(v, ",")
	return v
}

func number[N ~int | ~int64 | ~uint32 | ~uint64](to *N, v string) error {
	n, err := strconv.ParseUint(first(v), 10, 63)
	*to = N(n)
	return err
}

// duration reads seconds and, after the point, nanoseconds: nine digits, or more
// where the capture has a fraction above one.
func duration(to *time.Duration, v string) error {
	v, negative := strings.CutPrefix(first(v), "-")
	whole, fraction, _ := strings.Cut(v, ".")
	n, err := strconv.ParseInt(whole, 10, 33)
	if err != nil {
		return err
	}
	nanos, err := strconv.ParseInt(fraction, 10, 33)
	if len(fraction) < 9 {
		return fmt.Errorf("%q has no nanoseconds", v)
	}
	*to = time.Duration(n)*time.Second + time.Duration(nanos)
	if negative {
		*to = -*to
	}
	return err
}
