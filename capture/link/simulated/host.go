package simulated

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"
)

// nicNumber is that of a host's only interface.
const nicNumber = 1

// Host is one end of the link.
type Host struct {
	world *World
	index int
	addr  netip.Addr
	nic   *nic
	stack *stack.Stack

	senders senders
}

// newHost sets up a stack with one interface and one route.
func newHost(w *World, index int) (*Host, error) {
	h := &Host{world: w, index: index, addr: addresses(w.IPv6)[index], nic: &nic{mtu: uint32(w.MTU)}}
	newTCP := tcp.NewProtocol
	if w.Windows {
		h.senders.known = map[senderID]sender{}
		newTCP = tcp.NewProtocolProbe(h.senders.probe)
	}
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], w.Seed)
	seed[31] = byte(index)
	numbers := &random{source: rand.NewChaCha8(seed)}
	h.stack = stack.New(stack.Options{
		NetworkProtocols: []stack.NetworkProtocolFactory{
			ipv4.NewProtocol,
			// Neither duplicate address detection nor router discovery: nothing
			// but the tasks is to send packets.
			ipv6.NewProtocolWithOptions(ipv6.Options{}),
		},
		TransportProtocols: []stack.TransportProtocolFactory{newTCP, udp.NewProtocol, icmp.NewProtocol4, icmp.NewProtocol6},
		Clock:              w.clock,
		RandSource:         numbers,
		SecureRNG:          numbers,
	})
	for _, step := range []func() tcpip.Error{h.tune, h.attach} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("setting up a simulated host: %s", err)
		}
	}
	return h, nil
}

// tune sets what Linux has on by default and gVisor has not, and turns RACK
// off: with it a sender that has lost count of what is outstanding sets no
// timer and is silent for ever (google/gvisor issues 6113 and 14092; here one
// transfer of 150 with loss and reordering, none without RACK).
func (h *Host) tune() tcpip.Error {
	sack := tcpip.TCPSACKEnabled(true)
	moderate := tcpip.TCPModerateReceiveBufferOption(true)
	wait := tcpip.TCPTimeWaitTimeoutOption(time.Minute)
	recovery := tcpip.TCPRecovery(0)
	for _, option := range []tcpip.SettableTransportProtocolOption{&sack, &moderate, &wait, &recovery} {
		if err := h.stack.SetTransportProtocolOption(tcp.ProtocolNumber, option); err != nil {
			return err
		}
	}
	return nil
}

func (h *Host) attach() tcpip.Error {
	if err := h.stack.CreateNIC(nicNumber, h.nic); err != nil {
		return err
	}
	address := tcpip.ProtocolAddress{
		Protocol:          h.protocol(),
		AddressWithPrefix: tcpip.AddrFromSlice(h.addr.AsSlice()).WithPrefix(),
	}
	if err := h.stack.AddProtocolAddress(nicNumber, address, stack.AddressProperties{}); err != nil {
		return err
	}
	everywhere := tcpip.AddressWithPrefix{Address: tcpip.AddrFromSlice(make([]byte, h.addr.BitLen()/8))}
	h.stack.SetRouteTable([]tcpip.Route{{Destination: everywhere.Subnet(), NIC: nicNumber}})
	return nil
}

func (h *Host) protocol() tcpip.NetworkProtocolNumber {
	if h.addr.Is4() {
		return ipv4.ProtocolNumber
	}
	return ipv6.ProtocolNumber
}

// Addr is the host's address.
func (h *Host) Addr() netip.Addr { return h.addr }

// Stack is gVisor's, for what this package does not offer. Whoever uses it must
// not wait on it.
func (h *Host) Stack() *stack.Stack { return h.stack }

// endpoint makes a socket.
func (h *Host) endpoint(transport tcpip.TransportProtocolNumber) (tcpip.Endpoint, *waiter.Queue, error) {
	queue := new(waiter.Queue)
	ep, err := h.stack.NewEndpoint(transport, h.protocol(), queue)
	if err != nil {
		return nil, nil, translate(err)
	}
	return ep, queue, nil
}

// Listen makes a listener on a port. It needs no task; Accept does.
func (h *Host) Listen(port uint16, o Options) (*Listener, error) {
	ep, queue, err := h.endpoint(tcp.ProtocolNumber)
	if err != nil {
		return nil, err
	}
	if err := listen(ep, port, o); err != nil {
		ep.Close()
		return nil, &net.OpError{Op: "listen", Net: "tcp", Err: err}
	}
	return &Listener{host: h, ep: ep, queue: queue}, nil
}

func listen(ep tcpip.Endpoint, port uint16, o Options) error {
	const backlog = 4096
	if err := o.apply(ep); err != nil {
		return err
	}
	if err := ep.Bind(tcpip.FullAddress{Port: port}); err != nil {
		return translate(err)
	}
	return translate(ep.Listen(cmp.Or(o.Backlog, backlog) + 1)) // gVisor counts all that wait, Linux one less
}

// Dial connects to an address. The current task waits until the connection is
// there, is refused, or the deadline passes.
func (h *Host) Dial(to netip.AddrPort, o Options) (*Conn, error) {
	c, err := h.dial("tcp", tcp.ProtocolNumber, to, o)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: net.TCPAddrFromAddrPort(to), Err: err}
	}
	return c, nil
}

// DialUDP makes a datagram socket that sends to one address and receives from
// it alone. Where nobody receives there, it is told so by the next call after
// the ICMP message that says it.
func (h *Host) DialUDP(to netip.AddrPort, o Options) (*Conn, error) {
	c, err := h.dial("udp", udp.ProtocolNumber, to, o)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: "udp", Addr: net.UDPAddrFromAddrPort(to), Err: err}
	}
	return c, nil
}

func (h *Host) dial(network string, transport tcpip.TransportProtocolNumber, to netip.AddrPort, o Options) (*Conn, error) {
	if h.world.current == nil {
		return nil, errOutside
	}
	ep, queue, err := h.endpoint(transport)
	if err != nil {
		return nil, err
	}
	c := newConn(h, network, ep, queue)
	if err := c.open(to, o); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// open prepares a socket and connects it.
func (c *Conn) open(to netip.AddrPort, o Options) error {
	if c.network == "tcp" {
		if err := o.apply(c.ep); err != nil {
			return err
		}
	}
	if o.Port != 0 {
		if err := c.ep.Bind(tcpip.FullAddress{Port: o.Port}); err != nil {
			return translate(err)
		}
	}
	remote := tcpip.FullAddress{Addr: tcpip.AddrFromSlice(to.Addr().AsSlice()), Port: to.Port()}
	if err := c.connect(remote, o.Deadline); err != nil {
		return err
	}
	return o.KeepAlive.apply(c.ep) // again: only now does it start gVisor's timer
}
