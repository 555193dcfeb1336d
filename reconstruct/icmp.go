package reconstruct

import (
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

const (
	tcp           = 6
	maxICMPErrors = 16 // findings in one connection
)

// AddICMP finds the connection that an ICMP error speaks of, by the quoted
// addresses, ports and sequence number, and adds a finding to it. It returns
// nil where there is none: the quoted segment is not in the capture, or was no
// TCP.
func (t *Table) AddICMP(e *decode.ICMPError) *Connection {
	if e.Protocol != tcp {
		return nil
	}
	for c := t.newest.find(&e.Src, &e.Dst); c != nil; c = c.older {
		if c.quotes(e) {
			c.addICMP(e)
			return &c.Connection
		}
	}
	return nil
}

// quotes tells whether the connection can have sent the quoted segment.
func (c *conversation) quotes(e *decode.ICMPError) bool {
	sender := c.end(c.sideOf(&decode.Segment{Src: e.Src}))
	return !e.HasSeq || sender.distance(e.Seq) <= slack || !sender.HasISN
}

func (c *conversation) addICMP(e *decode.ICMPError) {
	if len(c.Findings) < maxICMPErrors {
		c.Findings = append(c.Findings, finding.New(finding.ICMPError, e.Frame,
			"%s reports %s about a segment from %s", e.Reporter, e.Reason(), e.Src))
	}
}
