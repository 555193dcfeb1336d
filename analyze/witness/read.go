package witness

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// The bounds of what is kept of a text.
const (
	MaxLine         = 1 << 20 // octets of a line that are read
	MaxObservations = 100_000
	maxValues       = 64 // numbers of one socket
	maxProblems     = 20 // that are told one by one
)

// errNothing is why a text without any observation is refused.
var errNothing = errors.New("no line is of a tool that is known")

// Read reads a pasted text. Name is what it is called in errors and results.
// Where tool is AnyTool, that of each line is found out; else only lines of that
// tool are read. Lines that are of no use are Problems of the Text; an error
// tells that the text could not be read, or has no observation at all.
func Read(r io.Reader, name string, tool Tool) (*Text, error) {
	in := &reader{tool: tool, text: &Text{Name: name}}
	lines := bufio.NewReaderSize(r, 1<<16)
	for {
		line, cut, err := readLine(lines)
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("%s, line %d: %w", name, in.line+1, err)
		}
		if err == io.EOF && line == "" {
			break
		}
		in.line++
		if cut {
			in.problem("longer than %d bytes; what follows is left out", MaxLine)
		}
		in.take(strings.TrimRight(line, "\r\n"))
		if err == io.EOF {
			break
		}
	}
	if in.gathering() {
		in.line = in.began
		in.problem("data of a notebook that does not end")
	}
	if len(in.text.Observations) == 0 {
		return nil, in.nothing()
	}
	in.text.bindPorts()
	return in.text, nil
}

// nothing explains a text without observations.
func (r *reader) nothing() error {
	if r.line == 0 {
		return fmt.Errorf("%s is empty", r.text.Name)
	}
	why := errNothing
	if r.tool != AnyTool {
		why = fmt.Errorf("no line is of %s", r.tool)
	}
	if len(r.text.Problems) > 0 {
		return fmt.Errorf("%s: %w; %v", r.text.Name, why, r.text.Problems[0])
	}
	return fmt.Errorf("%s: %w", r.text.Name, why)
}

// readLine reads up to the end of a line, and drops what is past MaxLine.
func readLine(in *bufio.Reader) (line string, cut bool, err error) {
	var b []byte
	for {
		part, err := in.ReadSlice('\n')
		if room := MaxLine - len(b); len(part) > room {
			part, cut = part[:room], true
		}
		b = append(b, part...)
		if err != bufio.ErrBufferFull {
			return string(b), cut, err
		}
	}
}

// reader is the state of one pass over a text.
type reader struct {
	text  *Text
	tool  Tool // AnyTool, or the only one
	line  int
	clock Time // of the latest line that is nothing but a time

	midnights, latest time.Duration // passed since the first time of day; the latest of them

	open    int  // index+1 of the observation that a line of details belongs to
	ssRows  bool // the latest header of ss has no state: rows begin with a number
	label   Endpoint
	byPeer  bool            // label is a remote address
	bars    int             // index+1 of the histogram that rows belong to
	gather  strings.Builder // a notebook's data
	nesting brackets        // of it
	began   int             // line at which it begins
	run     int             // of a notebook, from 1
}

// takers are tried in this order; each tells whether the line is its tool's.
var takers = [...]struct {
	tool Tool
	take func(*reader, string) bool
}{
	{Tcpstates, (*reader).takeTcpstates},
	{DTrace, (*reader).takeDTrace},
	{Lsof, (*reader).takeLsof},
	{Netstat, (*reader).takeNetstat},
	{Tcprtt, (*reader).takeTcprtt},
	{SS, (*reader).takeSS},
}

func (r *reader) take(line string) {
	if strings.TrimSpace(line) == "" {
		r.open = 0
		return
	}
	if r.gathering() {
		r.gatherLine(line)
		return
	}
	if t, ok := parseTime(strings.TrimSpace(line)); ok {
		r.clock, r.open = t, 0
		return
	}
	clock := r.clock
	if t, rest, ok := stamped(line); ok {
		r.clock, line = t, rest
	}
	known := r.offer(line)
	r.clock = clock
	if !known {
		r.open = 0
		r.problem("of no tool that is known: %s", shorten(line))
	}
}

// offer gives a line to the tools in turn.
func (r *reader) offer(line string) bool {
	for _, t := range takers {
		if (r.tool == AnyTool || r.tool == t.tool) && t.take(r, line) {
			return true
		}
	}
	return false
}

// add keeps an observation, and returns it to be filled; nil where there is no
// room.
func (r *reader) add(o Observation) *Observation {
	all := &r.text.Observations
	if len(*all) == MaxObservations {
		r.problem("more than %d observations; this one and all after it are left out", MaxObservations)
		return nil
	}
	o.Line = r.line
	if o.Time.Kind == NoTime {
		o.Time = r.clock
	}
	if o.Time.Kind == OfDay {
		o.Time.At = r.afterMidnight(o.Time.At)
	}
	*all = append(*all, o)
	return &(*all)[len(*all)-1]
}

// afterMidnight lets a time of day that is half a day behind the one before it
// be of the next day.
func (r *reader) afterMidnight(at time.Duration) time.Duration {
	if at += r.midnights; at+12*time.Hour < r.latest {
		at += 24 * time.Hour
		r.midnights += 24 * time.Hour
	}
	r.latest = at
	return at
}

// problem tells that the line is of no use.
func (r *reader) problem(format string, args ...any) {
	r.text.Skipped++
	if len(r.text.Problems) < maxProblems {
		r.text.Problems = append(r.text.Problems, Problem{r.line, fmt.Sprintf(format, args...)})
	}
}

// shorten keeps a line that is quoted from filling the screen.
func shorten(line string) string {
	const most = 60
	line = strings.Join(strings.Fields(line), " ")
	if len(line) > most {
		line = line[:most] + "..."
	}
	return fmt.Sprintf("%q", line)
}
