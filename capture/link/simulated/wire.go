package simulated

import (
	"slices"
	"sync"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"github.com/flowstate-tcp/flowstate/capture/link/impair"
)

// wire carries packets in one direction. gVisor may write from several
// goroutines, hence the mutex.
type wire struct {
	world    *World
	from, to *Host
	mu       sync.Mutex
	gate     *impair.Gate
	held     int // packets under way
}

// send lets a packet in, and out again at the far end as often as the gate says.
func (l *wire) send(data []byte) {
	l.from.tap(data, true)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.world.clock.since()
	copies, n := l.gate.Admit(now, len(data), l.held)
	for _, c := range copies[:n] {
		arrived := data
		if c.Bit >= 0 {
			arrived = slices.Clone(data)
			arrived[c.Bit/8] ^= 1 << (c.Bit % 8)
		}
		l.held++
		l.world.clock.AfterFunc(c.Due-now, func() { l.deliver(arrived) })
	}
}

func (l *wire) deliver(data []byte) {
	l.mu.Lock()
	l.held--
	l.mu.Unlock()
	l.to.tap(data, false)
	l.to.nic.receive(data)
}

// tap shows a packet to the recorder.
func (h *Host) tap(data []byte, out bool) {
	if record := h.world.Packet; record != nil {
		record(Packet{Time: h.world.Now(), Host: h.index, Out: out, Data: data})
	}
}

// nic is a host's interface, as gVisor wants it. It has no link-layer header
// and no offloads, so what it is given is what a wire would carry.
type nic struct {
	mtu        uint32
	wire       *wire
	dispatcher stack.NetworkDispatcher
}

var _ stack.LinkEndpoint = (*nic)(nil)

// receive hands a packet to the stack. The first half byte names the protocol;
// a corrupted one is the stack's to refuse.
func (n *nic) receive(data []byte) {
	protocol := header.IPv4ProtocolNumber
	if len(data) > 0 && data[0]>>4 == 6 {
		protocol = header.IPv6ProtocolNumber
	}
	pkt := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(data)})
	defer pkt.DecRef()
	n.dispatcher.DeliverNetworkPacket(protocol, pkt)
}

// WritePackets implements stack.LinkWriter.
func (n *nic) WritePackets(packets stack.PacketBufferList) (int, tcpip.Error) {
	for _, pkt := range packets.AsSlice() {
		view := pkt.ToView()
		n.wire.send(slices.Clone(view.AsSlice()))
		view.Release()
	}
	return packets.Len(), nil
}

// The rest of stack.LinkEndpoint is what a plain wire answers.

func (n *nic) Attach(d stack.NetworkDispatcher)             { n.dispatcher = d }
func (n *nic) IsAttached() bool                             { return n.dispatcher != nil }
func (n *nic) MTU() uint32                                  { return n.mtu }
func (n *nic) SetMTU(mtu uint32)                            { n.mtu = mtu }
func (n *nic) Capabilities() stack.LinkEndpointCapabilities { return 0 }
func (n *nic) MaxHeaderLength() uint16                      { return 0 }
func (n *nic) LinkAddress() tcpip.LinkAddress               { return "" }
func (n *nic) SetLinkAddress(tcpip.LinkAddress)             {}
func (n *nic) Wait()                                        {}
func (n *nic) Close()                                       {}
func (n *nic) SetOnCloseAction(func())                      {}
func (n *nic) ARPHardwareType() header.ARPHardwareType      { return header.ARPHardwareNone }
func (n *nic) AddHeader(*stack.PacketBuffer)                {}
func (n *nic) ParseHeader(*stack.PacketBuffer) bool         { return true }

// random is a seeded source for gVisor, which asks from several goroutines.
type random struct {
	mu     sync.Mutex
	source interface {
		Uint64() uint64
		Read([]byte) (int, error)
	}
}

// Read implements io.Reader.
func (r *random) Read(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Read(b)
}

// Int63 implements math/rand.Source.
func (r *random) Int63() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return int64(r.source.Uint64() >> 1)
}

// Seed implements math/rand.Source. The seed is given once, by New.
func (r *random) Seed(int64) {}
