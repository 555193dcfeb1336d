package reconstruct

import "github.com/flowstate-tcp/flowstate/reconstruct/decode"

// A port below firstRegistered is a system port, and one from firstEphemeral
// on is what hosts take for clients (RFC 6335 section 6; Linux begins at
// 32768, where the RFC says 49152).
const (
	firstRegistered = 1024
	firstEphemeral  = 32768
)

// assign decides which end is the client, by the first segment.
func (c *conversation) assign(s *decode.Segment) {
	c.SelfConnect = s.Src == s.Dst
	client, observed := showsClient(s)
	if !observed {
		client = guessClient(s)
	}
	c.RolesObserved = observed
	c.Ends = [2]decode.Endpoint{client, s.Dst}
	if client == s.Dst {
		c.Ends[Server] = s.Src
	}
}

// showsClient returns the end that opened the connection, if the segment
// proves it: the sender of a SYN, the receiver of a SYN-ACK.
func showsClient(s *decode.Segment) (client decode.Endpoint, ok bool) {
	switch s.Flags & (decode.SYN | decode.ACK | decode.RST) {
	case decode.SYN:
		return s.Src, true
	case decode.SYN | decode.ACK:
		return s.Dst, true
	}
	return s.Src, s.Src == s.Dst
}

// guessClient: whose port looks like a service is the server; failing that,
// who is seen first is the client.
func guessClient(s *decode.Segment) decode.Endpoint {
	if portClass(s.Src.Port) < portClass(s.Dst.Port) {
		return s.Dst
	}
	return s.Src
}

func portClass(port uint16) int {
	switch {
	case port < firstRegistered:
		return 0
	case port < firstEphemeral:
		return 1
	}
	return 2
}

// observe lets a late SYN or SYN-ACK correct roles that were assumed, and
// tells whether the sides were exchanged.
func (c *conversation) observe(s *decode.Segment) (swapped bool) {
	if c.RolesObserved {
		return false
	}
	client, ok := showsClient(s)
	if !ok || !c.matches(s) {
		return false
	}
	c.RolesObserved = true
	if client == c.Ends[Client] {
		return false
	}
	c.Ends[Client], c.Ends[Server] = c.Ends[Server], c.Ends[Client]
	c.Half[Client], c.Half[Server] = c.Half[Server], c.Half[Client]
	c.flows[Client], c.flows[Server] = c.flows[Server], c.flows[Client]
	return true
}

// matches tells whether a SYN or SYN-ACK has a number that is known already.
func (c *conversation) matches(s *decode.Segment) bool {
	from := c.sideOf(s)
	me, peer := &c.Half[from], &c.Half[c.Peer(from)]
	return me.HasISN && me.ISN == s.Seq || s.Flags.Has(decode.ACK) && peer.HasISN && peer.ISN.Add(1) == s.Ack
}

// sideOf returns which side sent the segment.
func (c *conversation) sideOf(s *decode.Segment) Side {
	if s.Src == c.Ends[Client] {
		return Client
	}
	return Server
}
