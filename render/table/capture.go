package table

import (
	"github.com/flowstate-tcp/flowstate/analyze/health"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
)

// Capture is a row about a capture as a whole: its health, its interfaces, its
// damage, and packets that could not be used. Only verbose JSON has one.
type Capture struct {
	File        string
	Packets     int64
	Segments    int64
	Connections int64
	Counted     bool // Connections is known
	Health      health.Capture
	Interfaces  []capture.Interface
	Findings    []finding.Finding
}

func captureFields() fields[Capture] {
	type C = Capture
	all := fields[C]{
		schema[C]("flowstate.capture/1"),
		{Column{"file", "", "the capture, as it was named on the command line"}, func(c *C) Value { return text(c.File) }},
		{Column{"packets", "packets", "all packets that could be read"}, func(c *C) Value { return num(c.Packets) }},
		{Column{"tcp_packets", "packets", "those that are TCP segments of a connection"}, func(c *C) Value { return num(c.Segments) }},
		{Column{"connections", "connections", "connections among them"}, func(c *C) Value { return when(c.Counted, num(c.Connections)) }},
	}
	all = append(all, captureHealth()...)
	return append(all, findings(func(c *C) []finding.Finding { return c.Findings }))
}

// AppendCapture appends the JSON object of a capture, with the end of its line.
func AppendCapture(b []byte, c *Capture) []byte {
	return newTable(JSON, captureFields()).Append(b, c)
}
