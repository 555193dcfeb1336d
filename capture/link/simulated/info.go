package simulated

import (
	"net/netip"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// Info is what gVisor tells of a connection.
type Info struct {
	State            string        // the RFC's name; empty: none yet
	MSS              int           // bytes a segment, as sent; 0: unknown, see Config.Windows
	Cwnd             int           // segments
	Ssthresh         int           // segments; 0: not set yet
	SRTT, RTTVar     time.Duration // 0: unknown
	RTO              time.Duration
	SendWindow       int64 // bytes, as the peer advertised it last; -1: unknown, see Config.Windows
	SegmentsRepeated int64
}

// Info asks a TCP connection for its state.
func (c *Conn) Info() (Info, error) {
	var told tcpip.TCPInfoOption
	if err := c.ep.GetSockOpt(&told); err != nil {
		return Info{}, translate(err)
	}
	info := Info{
		State: spelling(tcp.EndpointState(told.State)), Cwnd: int(told.SndCwnd), SendWindow: -1,
		SRTT: told.RTT, RTTVar: told.RTTVar, RTO: told.RTO,
	}
	const unset = 1 << 30 // from here on gVisor means that it is not set
	if told.SndSsthresh < unset {
		info.Ssthresh = int(told.SndSsthresh)
	}
	if stats, ok := c.ep.Stats().(*tcp.Stats); ok {
		info.SegmentsRepeated = int64(stats.SendErrors.Retransmits.Value())
	}
	if s, ok := c.host.senders.of(c.senderID()); ok {
		info.MSS, info.SendWindow = s.mss, s.window
	}
	return info, nil
}

// senders is what gVisor tells only while it handles a segment. It does so on
// goroutines of its own, hence the mutex. Entries go with their connections.
type senders struct {
	mu    sync.Mutex
	known map[senderID]sender
}

// senderID is a connection of one host.
type senderID struct {
	port uint16 // its own
	peer netip.AddrPort
}

type sender struct {
	mss    int
	window int64
}

// probe is called for each segment that a connection has received.
func (s *senders) probe(e *tcp.TCPEndpointState) {
	id := senderID{e.ID.LocalPort, addrPort(e.ID.RemoteAddress, e.ID.RemotePort)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[id] = sender{e.Sender.MaxPayloadSize, int64(e.Sender.SndWnd)}
}

func (s *senders) of(id senderID) (sender, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.known[id]
	return known, ok
}

func (s *senders) forget(id senderID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, id)
}

// senderID names the connection; without a peer it is nobody's.
func (c *Conn) senderID() senderID {
	own, err := c.ep.GetLocalAddress()
	if err != nil {
		return senderID{}
	}
	peer, err := c.ep.GetRemoteAddress()
	if err != nil {
		return senderID{}
	}
	return senderID{own.Port, addrPort(peer.Addr, peer.Port)}
}
