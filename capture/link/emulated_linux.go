package link

import (
	"context"
	"errors"
	"fmt"

	"github.com/flowstate-tcp/flowstate/capture/link/emulated"
	"github.com/flowstate-tcp/flowstate/capture/link/netns"
)

// emulatedLink is two namespaces with a TUN device each, and threads of this
// process between them. TUN rather than veth: it has no ARP, needs no packet
// socket, and works without root.
type emulatedLink struct {
	*system
	engine *emulated.Link
}

// Lateness is the link's own account of how late it was in each direction.
func (l *emulatedLink) Lateness() [2]emulated.Lateness { return l.engine.Lateness() }

func openEmulated(_ context.Context, c Config) (Link, error) {
	if c.Topology != Namespaces {
		return nil, errors.New("the emulated link joins two namespaces and cannot delay lo (hint: the netem or uml link)")
	}
	l := &emulatedLink{system: &system{backend: "emulated"}}
	if err := l.setUp(c); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *emulatedLink) setUp(c Config) error {
	tuns := [2]int{-1, -1}
	for i, addr := range addresses(c.IPv6) {
		n, err := l.namespace()
		if err != nil {
			return err
		}
		host := &Host{Name: names()[i], Addr: addr, Interface: names()[i] + "0", Do: n.Do}
		if tuns[i], err = addTUN(n, host, c); err != nil {
			emulated.Release(tuns)
			return fmt.Errorf("%s: %w", host.Name, err)
		}
		l.hosts[i] = host
	}
	var err error
	l.engine, err = emulated.Start(tuns, emulated.Options{Way: c.Way, Seed: c.Seed, MTU: c.mtu(), Offloads: c.Offloads})
	if err != nil {
		return err
	}
	l.undo = append(l.undo, l.engine.Close)
	return nil
}

// addTUN puts a device that is ready for use into the host's namespace.
func addTUN(n *netns.Namespace, host *Host, c Config) (fd int, err error) {
	fd = -1
	err = n.Do(func() error {
		fd, err = emulated.OpenTUN(host.Interface, c.Offloads)
		return err
	})
	if err != nil {
		return fd, err
	}
	h, err := n.Netlink()
	if err != nil {
		return fd, err
	}
	defer h.Close()
	bits := 24
	if c.IPv6 {
		bits = 64
	}
	_, err = port{name: host.Interface, addr: host.Addr, bits: bits, mtu: c.mtu()}.configure(h)
	return fd, err
}

func probeEmulated() error {
	l, err := openEmulated(context.Background(), Config{})
	if err != nil {
		return err
	}
	return l.Close()
}
