// Package link joins two hosts by a link of set delay, for measurements that
// are recorded at both ends.
//
// In: a Config. Out: a Link in operation, made of network namespaces that have
// no name. Only this process keeps them alive, so the kernel takes everything
// down when the process ends, however it ends; nothing of the host outside
// those namespaces is touched, and any number of links can exist side by side.
//
// One table (Backends) lists the ways to do it: netem (the host kernel's
// queueing discipline), uml (netem inside a user-mode Linux kernel), emulated
// (the host kernel's TCP over a user-space link) and simulated (another TCP,
// virtual time). Open gives a Link for the first that can carry real sockets
// of this process; for uml and simulated it says where to go instead. A
// setting that a back end cannot keep is refused with a sentence, never
// approximated.
//
//	l, err := link.Open(ctx, "auto", link.Config{Way: link.Both(link.Params{Delay: 20 * time.Millisecond})})
//	defer l.Close()
//	server := l.Hosts()[1]
//	err = server.Do(func() error { listener, err = net.Listen("tcp", ":10141"); return err })
package link

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/flowstate-tcp/flowstate/capture/link/impair"
)

// Params is what a link does to the packets of one direction. Shares are from
// 0 to 1; the zero value is a wire without delay or loss.
type Params = impair.Params

// Both is the same in both directions.
func Both(p Params) [2]Params { return [2]Params{p, p} }

// Topology is how the two hosts are laid out.
type Topology uint8

// The topologies.
const (
	Namespaces Topology = iota // two network namespaces, a tap at each end
	Loopback                   // one host talking to itself over lo with MTU 1500, as in the L41 lab
)

// Config describes a link. Way[0] is from the client to the server.
type Config struct {
	Topology Topology
	IPv6     bool
	Offloads bool // leave segmentation and checksum offload on
	MTU      int  // 0: DefaultMTU
	Way      [2]Params
	Seed     uint64 // of the random draws, where the back end takes one (emulated, simulated)
}

// DefaultMTU is Ethernet's, on the loopback topology too.
const DefaultMTU = 1500

// mtu is MTU with its default.
func (c Config) mtu() int {
	if c.MTU == 0 {
		return DefaultMTU
	}
	return c.MTU
}

// check refuses what no back end can do.
func (c Config) check() error {
	for i, way := range c.Way {
		if err := way.Check(); err != nil {
			return fmt.Errorf("link %s: %w", [2]string{"to the server", "to the client"}[i], err)
		}
	}
	if least := 68; c.IPv6 {
		least = 1280
		if c.mtu() < least {
			return fmt.Errorf("an MTU of %d is below IPv6's least of %d", c.mtu(), least)
		}
	} else if c.mtu() < least {
		return fmt.Errorf("an MTU of %d is below IPv4's least of %d", c.mtu(), least)
	}
	if c.mtu() > 65_535 {
		return fmt.Errorf("an MTU of %d is above 65535", c.mtu())
	}
	if c.Topology == Loopback && c.Way[0] != c.Way[1] {
		return errors.New("on the loopback topology both directions share one queue, so they cannot differ")
	}
	return nil
}

// Host is one end. Do runs f on a thread that is inside the host's network
// namespace: sockets that f opens and programs that it starts belong to the
// host, whoever uses them later. Goroutines that f starts are outside.
type Host struct {
	Name      string // client or server
	Addr      netip.Addr
	Interface string // where a recorder listens, inside Do
	Do        func(f func() error) error
}

// Link is a link in operation.
type Link interface {
	Backend() string // netem or emulated; a session in a uml guest finds netem there
	Hosts() [2]*Host // client, server
	Close() error    // takes down all that was set up
}

// addresses of client and server, the same on every back end so that captures
// can be compared. The namespaces hold nothing else, so they never clash.
func addresses(ipv6 bool) [2]netip.Addr {
	if ipv6 {
		return [2]netip.Addr{netip.MustParseAddr("fd00::1"), netip.MustParseAddr("fd00::2")}
	}
	return [2]netip.Addr{netip.AddrFrom4([4]byte{10, 0, 0, 1}), netip.AddrFrom4([4]byte{10, 0, 0, 2})}
}

// names of the two ends, in the order of Hosts.
func names() [2]string { return [2]string{"client", "server"} }
