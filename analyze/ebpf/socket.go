package ebpf

import (
	"net/netip"
	"slices"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Socket is one endpoint of a connection, seen from its own host.
type Socket struct {
	Conn          int // number of the connection
	Side          reconstruct.Side
	Local, Remote decode.Endpoint
	AtTap         bool // the capture was taken at this host
}

// IPv6 tells whether its addresses are IPv6.
func (s *Socket) IPv6() bool { return s.Local.IP.Addr().Is6() }

// Host says whose sockets are told.
type Host uint8

// The hosts.
const (
	AtTap Host = iota // where the capture was taken; both sides where that is neither or unknown
	Clients
	Servers
	BothSides
	ByAddress // those with Choice.Address
)

// Choice says which sockets are told. The zero value gives every socket at the
// tap.
type Choice struct {
	Host                        Host
	Address                     netip.Addr // of the host, with ByAddress
	LocalPorts, RemotePorts     []uint16   // empty for any
	LocalAddress, RemoteAddress netip.Addr // the zero value for any
	WithoutIPv4, WithoutIPv6    bool
}

// sockets returns the sockets of a connection that are told, the client's first.
func (o *Choice) sockets(c *analyze.Connection) []*Socket {
	var all []*Socket
	for _, side := range reconstruct.Sides {
		if c.SelfConnect && side == reconstruct.Server {
			continue // one socket is both ends
		}
		s := &Socket{
			Conn: c.Number, Side: side, Local: c.Ends[side], Remote: c.Ends[side.Peer()],
			AtTap: at(c.States.Vantage, side),
		}
		if o.tells(s, c.States.Vantage) && o.passes(s) {
			all = append(all, s)
		}
	}
	return all
}

// at tells whether a tap is at a side.
func at(v state.Vantage, side reconstruct.Side) bool {
	return v == [2]state.Vantage{state.VantageClient, state.VantageServer}[side]
}

// tells tells whether a socket is one of the chosen host.
func (o *Choice) tells(s *Socket, v state.Vantage) bool {
	switch o.Host {
	case Clients:
		return s.Side == reconstruct.Client
	case Servers:
		return s.Side == reconstruct.Server
	case BothSides:
		return true
	case ByAddress:
		return s.Local.IP.Addr() == o.Address
	}
	return s.AtTap || !at(v, s.Side.Peer())
}

// passes tells whether a socket passes the tools' own filters.
func (o *Choice) passes(s *Socket) bool {
	any := func(ports []uint16, p uint16) bool { return len(ports) == 0 || slices.Contains(ports, p) }
	is := func(a netip.Addr, e decode.Endpoint) bool { return !a.IsValid() || a == e.IP.Addr() }
	return any(o.LocalPorts, s.Local.Port) && any(o.RemotePorts, s.Remote.Port) &&
		is(o.LocalAddress, s.Local) && is(o.RemoteAddress, s.Remote) &&
		!(s.IPv6() && o.WithoutIPv6) && !(!s.IPv6() && o.WithoutIPv4)
}
