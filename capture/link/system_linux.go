package link

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture/link/netns"
)

// queueLength of every interface: a burst that an interface drops before the
// link sees it would look like loss on the link. Some kernels (Debian's 6.1.192
// among them) refuse more than 15 bits.
const queueLength = 32_000

// system is a Link made of namespaces, of any back end.
type system struct {
	backend string
	hosts   [2]*Host
	undo    []func() error // in the order of setting up
	closing sync.Once
	failed  error
}

func (s *system) Backend() string { return s.backend }

func (s *system) Hosts() [2]*Host { return s.hosts }

// Close undoes in reverse order. A second call returns what the first did.
func (s *system) Close() error {
	s.closing.Do(func() {
		var errs []error
		for _, undo := range slices.Backward(s.undo) {
			errs = append(errs, undo())
		}
		s.failed = errors.Join(errs...)
	})
	return s.failed
}

// namespace makes a namespace that goes away with the system.
func (s *system) namespace() (*netns.Namespace, error) {
	n, err := netns.New()
	if err != nil {
		return nil, err
	}
	s.undo = append(s.undo, n.Close)
	return n, nil
}

// port is an interface of a namespace as it is to be.
type port struct {
	name string
	addr netip.Addr // not valid: none
	bits int
	mtu  int
}

// configure gives the interface its settings and brings it up, with lo.
func (p port) configure(h *netlink.Handle) (netlink.Link, error) {
	l, err := h.LinkByName(p.name)
	if err != nil {
		return nil, fmt.Errorf("interface %s: %w", p.name, err)
	}
	quieten(h, l)
	steps := []struct {
		name string
		do   func() error
	}{
		{"MTU", func() error { return h.LinkSetMTU(l, p.mtu) }},
		{"queue length", func() error { return h.LinkSetTxQLen(l, queueLength) }},
		{"bringing it up", func() error { return h.LinkSetUp(l) }},
		{"address", func() error { return p.address(h, l) }},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			return nil, fmt.Errorf("setting up interface %s: %s: %w", p.name, step.name, err)
		}
	}
	return l, up(h, "lo")
}

func (p port) address(h *netlink.Handle, l netlink.Link) error {
	if !p.addr.IsValid() {
		return nil
	}
	return h.AddrAdd(l, &netlink.Addr{
		IPNet: &net.IPNet{IP: p.addr.AsSlice(), Mask: net.CIDRMask(p.bits, p.addr.BitLen())},
		// An address that is still being probed cannot be bound to.
		Flags: unix.IFA_F_NODAD,
	})
}

// quieten keeps the kernel from giving the interface an IPv6 address of its
// own and announcing it, which a capture would show. A kernel without IPv6
// refuses, and is quiet anyway.
func quieten(h *netlink.Handle, l netlink.Link) {
	const none = 1 // IN6_ADDR_GEN_MODE_NONE
	_ = h.LinkSetIP6AddrGenMode(l, none)
}

func up(h *netlink.Handle, name string) error {
	l, err := h.LinkByName(name)
	if err != nil {
		return fmt.Errorf("interface %s: %w", name, err)
	}
	if err := h.LinkSetUp(l); err != nil {
		return fmt.Errorf("bringing up interface %s: %w", name, err)
	}
	return nil
}
