package table

import (
	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/capture"
)

// SocketEvent is a row about a change of state that the kernel would have told.
type SocketEvent struct {
	File string
	ebpf.Event
}

// Tcpstates returns the table of changes of state in a format other than Text.
func Tcpstates(format Format) *Table[SocketEvent] { return newTable(format, tcpstatesFields()) }

// tcpstatesFields have the tool's names where the tool has the column.
func tcpstatesFields() fields[SocketEvent] {
	type E = SocketEvent
	limits := func(name, meaning string, of func(e *E) ebpf.Range) fields[E] {
		return fields[E]{
			{Column{name + ".least_s", "s", meaning + ": at least this"}, func(e *E) Value { r := of(e); return when(r.HasLeast, span(r.Least)) }},
			{Column{name + ".most_s", "s", "at most this"}, func(e *E) Value { r := of(e); return when(r.HasMost, span(r.Most)) }},
		}
	}
	all := fields[E]{
		{Column{"file", "", "the capture, as it was named on the command line"}, func(e *E) Value { return text(e.File) }},
		{Column{"conn", "", "number of the connection in its file, from 0"}, func(e *E) Value { return num(e.Conn) }},
		{Column{"side", "", "whose socket: client or server"}, func(e *E) Value { return text(e.Side.String()) }},
		{Column{"at_tap", "", "yes where the capture was taken at this host, so that times are its own; no elsewhere"}, func(e *E) Value { return text(map[bool]string{true: "yes", false: "no"}[e.AtTap]) }},
		{Column{"laddr", "", "local address"}, func(e *E) Value { return text(e.Local.IP.String()) }},
		{Column{"lport", "", "local port, also where the kernel does not have it yet"}, func(e *E) Value { return num(e.Local.Port) }},
		{Column{"raddr", "", "remote address"}, func(e *E) Value { return text(e.Remote.IP.String()) }},
		{Column{"rport", "", "remote port"}, func(e *E) Value { return num(e.Remote.Port) }},
		{Column{"oldstate", "", "state before, by Linux' name"}, func(e *E) Value { return text(e.Old) }},
		{Column{"newstate", "", "state after; absent where the capture ends before it"}, func(e *E) Value { return when(e.Ended(), text(e.New)) }},
		{Column{"start", "RFC 3339", "time of the connection's first packet"}, func(e *E) Value { return moment(e.Began) }},
	}
	all = append(all, limits("when", "since then", func(e *E) ebpf.Range { return e.When })...)
	all = append(all, limits("in_oldstate", "time in the state before, 0 where the socket began in it", func(e *E) ebpf.Range { return e.In })...)
	return append(all,
		field[E]{Column{"frame", "", "frame number of the segment that moved the socket"}, func(e *E) Value { return frame(e.Frame) }},
		field[E]{Column{"proof_frame", "", "frame number of the segment that shows it"}, func(e *E) Value { return frame(e.ProofFrame) }},
		field[E]{Column{"certainty", "", "proven, strong, assumed or unobserved"}, func(e *E) Value { return when(e.Ended(), text(e.Certainty.String())) }},
	)
}

// TcpstatesText writes changes of state as tcpstates of bcc does.
type TcpstatesText struct {
	Files     bool // name each file
	Time      bool // a column with the time of day, UTC
	Timestamp bool // a column with the seconds since the first row
	Wide      bool // room for IPv6, and its column
	CSV       bool // with commas instead

	first capture.Timestamp
	began bool
}
