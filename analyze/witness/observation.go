package witness

import (
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Tool is a program whose text can be read.
type Tool uint8

// The tools. AnyTool is found out line by line.
const (
	AnyTool Tool = iota
	SS
	Lsof
	Netstat
	Tcpstates
	Tcprtt
	DTrace
	numTools
)

var toolNames = [...]string{"any", "ss", "lsof", "netstat", "tcpstates", "tcprtt", "dtrace"}

// String returns the name used on the command line.
func (t Tool) String() string { return toolNames[t] }

// ParseTool returns the tool of a name.
func ParseTool(name string) (Tool, bool) {
	for t := SS; t < numTools; t++ {
		if toolNames[t] == name {
			return t, true
		}
	}
	return AnyTool, false
}

// Tools returns the names that ParseTool knows.
func Tools() []string { return append([]string(nil), toolNames[SS:]...) }

// Kind says what an Observation is about.
type Kind uint8

// The kinds.
const (
	InState    Kind = iota // a socket was in State
	Change                 // it went from Was to State
	Values                 // only its numbers are told
	RoundTrips             // a histogram
)

// Observation is one thing that a tool showed.
type Observation struct {
	Tool          Tool
	Kind          Kind
	Line          int // in its text, from 1
	Time          Time
	Local, Remote Endpoint // the local end is that of the host the tool ran on
	Role          Role     // where the tool tells that in place of endpoints
	Run           int      // of a notebook with several

	Socket      string // the kernel's address for it, which its changes share; empty unknown
	State, Was  state.State
	Shown       string        // the state, or the change, in the tool's words
	Took        time.Duration // in Was, meaningful with HasTook
	HasTook     bool
	Values      []Value
	Trips       Trips
	Orientation Orientation
}

// Role is an endpoint told by what it is.
type Role uint8

// The roles.
const (
	NoRole Role = iota
	ClientRole
	ServerRole
)

func (r Role) side() reconstruct.Side {
	if r == ServerRole {
		return reconstruct.Server
	}
	return reconstruct.Client
}

// Orientation is a segment that a tool saw an endpoint receive; its raw numbers
// tell which connection that was.
type Orientation struct {
	Seq, Ack uint32
	SYNACK   bool // both flags were set; Seq and Ack mean something only then
}

// Value is one number that a tool showed of a socket.
type Value struct {
	Name   string // the tool's
	Text   string // as it was printed
	Amount int64  // in Unit; durations in nanoseconds
	Unit   Unit
}

// Unit is what a Value counts.
type Unit uint8

// The units.
const (
	Count Unit = iota
	Packets
	Octets
	Nanoseconds
	Shift // of a window scale
)

var unitNames = [...]string{"", "packets", "bytes", "s", "bits"}

// String returns the unit as the documentation of fields has it.
func (u Unit) String() string { return unitNames[u] }

// Trips is a histogram of round trips.
type Trips struct {
	Unit    time.Duration
	Buckets []Bucket
}

// Bucket counts the round trips from Low to High, in units of its histogram,
// both included.
type Bucket struct{ Low, High, Count int64 }

// span is the shortest and the longest that the counted round trips can have
// been; ok is false where none was.
func (t *Trips) span() (least, most time.Duration, n int64, ok bool) {
	for _, b := range t.Buckets {
		if b.Count == 0 {
			continue
		}
		if !ok {
			least = time.Duration(b.Low) * t.Unit
		}
		most, ok = time.Duration(b.High+1)*t.Unit, true
		n += b.Count
	}
	return least, most, n, ok
}

// Problem is a line, or something about a text, that could not be used.
type Problem struct {
	Line int // 0 for the text as a whole
	Text string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.Text
	}
	return fmt.Sprintf("line %d: %s", p.Line, p.Text)
}

// Text is what was read of one pasted text.
type Text struct {
	Name         string
	Observations []Observation
	Problems     []Problem // the first of them
	Skipped      int       // lines that were of no use, those in Problems included
}
