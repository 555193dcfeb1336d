package simulated

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// StateChange is an endpoint in a state that it was not in before, in the
// spelling of RFC 9293. A state that one segment both enters and leaves is not
// seen (FIN-WAIT-2, where the segment that acknowledges a FIN carries one).
type StateChange struct {
	Time          time.Time
	Host          int // 0: client, 1: server
	Local, Remote netip.AddrPort
	State         string
}

// endpointID names an endpoint for as long as it has a state.
type endpointID struct {
	host          int
	local, remote netip.AddrPort
}

// truth watches the endpoints of both stacks.
type truth struct {
	report func(StateChange)
	known  map[endpointID]string
}

// look reports what has changed since the last look.
func (t *truth) look(w *World) {
	if t.report == nil {
		return
	}
	found := map[endpointID]string{}
	for i, h := range w.hosts {
		for _, e := range h.stack.RegisteredEndpoints() {
			id, state := identify(i, e)
			if state != "" {
				found[id] = state
			}
		}
	}
	var changes []StateChange
	now := w.Now()
	add := func(id endpointID, state string) {
		changes = append(changes, StateChange{Time: now, Host: id.host, Local: id.local, Remote: id.remote, State: state})
	}
	for id, state := range found {
		if t.known[id] != state {
			add(id, state)
		}
	}
	for id := range t.known {
		if _, there := found[id]; !there {
			add(id, "CLOSED")
		}
	}
	t.known = found
	slices.SortFunc(changes, func(a, b StateChange) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), a.Local.Compare(b.Local), a.Remote.Compare(b.Remote))
	})
	for _, c := range changes {
		t.report(c)
	}
}

// identify gives an endpoint's name and RFC 9293 state, "" where it has none.
func identify(host int, e stack.TransportEndpoint) (endpointID, string) {
	ep, ok := e.(*tcp.Endpoint)
	if !ok {
		return endpointID{}, ""
	}
	id := ep.TransportEndpointInfo.ID
	return endpointID{
		host:   host,
		local:  addrPort(id.LocalAddress, id.LocalPort),
		remote: addrPort(id.RemoteAddress, id.RemotePort),
	}, spelling(ep.EndpointState())
}

// spelling is the RFC's name of a state.
func spelling(s tcp.EndpointState) string {
	switch s {
	case tcp.StateInitial, tcp.StateBound, tcp.StateConnecting, tcp.StateError, tcp.StateClose:
		return "" // a socket, but no connection
	case tcp.StateSynRecv:
		return "SYN-RECEIVED"
	case tcp.StateFinWait1:
		return "FIN-WAIT-1"
	case tcp.StateFinWait2:
		return "FIN-WAIT-2"
	}
	return s.String()
}
