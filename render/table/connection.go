package table

import (
	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/analyze/witness"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Connection is a row about a connection: where it was captured, everything
// that is known of it, and under which system's names its states are told.
type Connection struct {
	File string
	View state.View
	*analyze.Connection
	Beside []witness.Comparison // what other tools showed of it; nil where none were asked
}

// identity is how each row about a connection begins.
func identity() fields[Connection] {
	return fields[Connection]{
		{Column{"file", "", "the capture, as it was named on the command line"}, func(c *Connection) Value { return text(c.File) }},
		{Column{"conn", "", "number of the connection in its file, from 0, as Wireshark's tcp.stream"}, func(c *Connection) Value { return num(c.Number) }},
	}
}

// ends is who talks.
func ends(side reconstruct.Side) fields[Connection] {
	name := side.String()
	return fields[Connection]{
		{Column{name + ".ip", "", "address of the " + name}, func(c *Connection) Value { return text(c.Ends[side].IP.String()) }},
		{Column{name + ".port", "", "port of the " + name}, func(c *Connection) Value { return num(c.Ends[side].Port) }},
	}
}

// story is what happened to a connection as a whole.
func story() fields[Connection] {
	return fields[Connection]{
		{Column{"roles", "", "observed (a SYN or SYN-ACK told who the client is) or assumed"}, func(c *Connection) Value { return text(roles(c)) }},
		{Column{"open", "", "three-way, simultaneous, fast-open, refused, unanswered, half-open or mid-stream"}, func(c *Connection) Value { return text(c.States.Open.String()) }},
		{Column{"close", "", "client-first, server-first, simultaneous, reset-by-client, reset-by-server, half-closed, open, none or unknown"}, func(c *Connection) Value { return text(c.States.Close.String()) }},
		{Column{"close_detail", "", "the close in words"}, func(c *Connection) Value { return when(c.States.CloseDetail != "", text(c.States.CloseDetail)) }},
		{Column{"final.client", "", "state in which the client's path ends"}, final(reconstruct.Client)},
		{Column{"final.server", "", "state in which the server's path ends"}, final(reconstruct.Server)},
		{Column{"vantage", "", "where the capture was taken: client, server, between, after-delay or unknown"}, func(c *Connection) Value { return text(c.States.Vantage.String()) }},
		{Column{"start", "RFC 3339", "time of the first packet"}, func(c *Connection) Value { return moment(c.Start) }},
		{Column{"duration_s", "s", "from the first packet to the latest"}, func(c *Connection) Value { return span(c.End.Sub(c.Start)) }},
		{Column{"frames.first", "", "frame number of the first packet"}, func(c *Connection) Value { return num(c.First) }},
		{Column{"frames.last", "", "frame number of the last packet"}, func(c *Connection) Value { return num(c.Last) }},
		{Column{"frames.count", "packets", "packets of the connection in the capture"}, func(c *Connection) Value { return num(c.Packets()) }},
	}
}

func roles(c *Connection) string {
	if c.RolesObserved {
		return "observed"
	}
	return "assumed"
}

func final(side reconstruct.Side) func(*Connection) Value {
	return func(c *Connection) Value {
		name := c.finalState(side)
		return when(name != "", text(name))
	}
}

// finalState is the name of the state in which a side ends, under the row's
// view; empty where nothing is known of the side. A system may show the last
// transition of the RFC differently, or not at all.
func (c *Connection) finalState(side reconstruct.Side) string {
	last, known := c.States.Final(side)
	if !known {
		return ""
	}
	if c.View != state.ViewRFC {
		if told := c.View.Tell(c.States.Paths[side]); len(told) > 0 {
			return told[len(told)-1].To
		}
	}
	return c.View.Name(last)
}
