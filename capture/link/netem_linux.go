package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/flowstate-tcp/flowstate/capture/link/netem"
	"github.com/flowstate-tcp/flowstate/capture/link/netns"
)

// The netem link is client, router and server, each a namespace. Both queues
// are at the router's interfaces: a queue at a host's own interface would delay
// packets before a tap there sees them, and one on lo does so in both
// directions.

// cable is a virtual cable between a host and the router.
type cable struct {
	host, router       string // interfaces
	addr               netip.Addr
	hostMAC, routerMAC net.HardwareAddr
	queue              Params // of the router's interface: towards the host
}

// cables to the client and to the server.
func cables(c Config) [2]cable {
	var all [2]cable
	for i, addr := range addresses(c.IPv6) {
		all[i] = cable{
			host: names()[i] + "0", router: "to-" + names()[i], addr: addr,
			hostMAC: mac(byte(i + 1)), routerMAC: mac(byte(i + 11)),
			queue: c.Way[1-i], // what is on its way to the client is Way[1]
		}
	}
	return all
}

// mac is a locally administered address.
func mac(last byte) net.HardwareAddr { return net.HardwareAddr{2, 0, 0, 0, 0, last} }

func openNetem(_ context.Context, c Config) (Link, error) {
	for _, way := range c.Way {
		if err := netem.Check(way); err != nil {
			return nil, err
		}
	}
	s := &system{backend: "netem"}
	setUp := s.setUpRouter
	if c.Topology == Loopback {
		setUp = s.setUpLoopback
	}
	if err := setUp(c); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *system) setUpRouter(c Config) error {
	router, err := s.namespace()
	if err != nil {
		return err
	}
	ends := cables(c)
	for i, end := range ends {
		host, err := s.namespace()
		if err != nil {
			return err
		}
		if err := end.lay(host, router, ends[1-i].addr, c); err != nil {
			return fmt.Errorf("%s: %w", names()[i], err)
		}
		s.hosts[i] = &Host{Name: names()[i], Addr: end.addr, Interface: end.host, Do: host.Do}
	}
	return router.Sysctl(forwarding(c), "1")
}

func forwarding(c Config) string {
	if c.IPv6 {
		return "ipv6/conf/all/forwarding"
	}
	return "ipv4/ip_forward"
}

// lay makes the cable and configures both its ends.
func (e cable) lay(host, router *netns.Namespace, peer netip.Addr, c Config) error {
	h, err := host.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	r, err := router.Netlink()
	if err != nil {
		return err
	}
	defer r.Close()
	veth := netlink.NewVeth(netlink.LinkAttrs{Name: e.host, HardwareAddr: e.hostMAC})
	veth.PeerName, veth.PeerHardwareAddr, veth.PeerNamespace = e.router, e.routerMAC, netlink.NsFd(router.Fd())
	if err := h.LinkAdd(veth); err != nil {
		return fmt.Errorf("a virtual cable to the router: %w", err)
	}
	if err := e.offloads(host, router, c); err != nil {
		return err
	}
	if err := e.configureHost(h, peer, c); err != nil {
		return err
	}
	return e.configureRouter(r, c)
}

func (e cable) offloads(host, router *netns.Namespace, c Config) error {
	if c.Offloads {
		return nil
	}
	return errors.Join(
		host.Do(func() error { return netem.TurnOffOffloads(e.host) }),
		router.Do(func() error { return netem.TurnOffOffloads(e.router) }),
	)
}

// configureHost makes the peer a neighbour at the router's address for good:
// asking for it would cost the first connection a round trip more.
func (e cable) configureHost(h *netlink.Handle, peer netip.Addr, c Config) error {
	l, err := port{name: e.host, addr: e.addr, bits: prefix(c), mtu: c.mtu()}.configure(h)
	if err != nil {
		return err
	}
	return neighbour(h, l, peer, e.routerMAC)
}

// configureRouter adds the route to the host, and the queue.
func (e cable) configureRouter(h *netlink.Handle, c Config) error {
	l, err := port{name: e.router, mtu: c.mtu()}.configure(h)
	if err != nil {
		return err
	}
	alone := &net.IPNet{IP: e.addr.AsSlice(), Mask: net.CIDRMask(e.addr.BitLen(), e.addr.BitLen())}
	if err := h.RouteAdd(&netlink.Route{LinkIndex: l.Attrs().Index, Dst: alone, Scope: netlink.SCOPE_LINK}); err != nil {
		return fmt.Errorf("the router's route to %v: %w", e.addr, err)
	}
	if err := neighbour(h, l, e.addr, e.hostMAC); err != nil {
		return err
	}
	return netem.Add(h, l, e.queue)
}

func neighbour(h *netlink.Handle, l netlink.Link, addr netip.Addr, mac net.HardwareAddr) error {
	n := &netlink.Neigh{LinkIndex: l.Attrs().Index, State: netlink.NUD_PERMANENT, IP: addr.AsSlice(), HardwareAddr: mac}
	if err := h.NeighSet(n); err != nil {
		return fmt.Errorf("the neighbour %v of %s: %w", addr, l.Attrs().Name, err)
	}
	return nil
}

// prefix is the length of the hosts' common network.
func prefix(c Config) int {
	if c.IPv6 {
		return 64
	}
	return 24
}

// setUpLoopback is one namespace: both hosts are the same.
func (s *system) setUpLoopback(c Config) error {
	n, err := s.namespace()
	if err != nil {
		return err
	}
	h, err := n.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	l, err := port{name: "lo", mtu: c.mtu()}.configure(h)
	if err != nil {
		return err
	}
	if !c.Offloads {
		if err := n.Do(func() error { return netem.TurnOffOffloads("lo") }); err != nil {
			return err
		}
	}
	for i := range s.hosts {
		s.hosts[i] = &Host{Name: names()[i], Addr: loopback(c), Interface: "lo", Do: n.Do}
	}
	return netem.Add(h, l, c.Way[0])
}

func loopback(c Config) netip.Addr {
	if c.IPv6 {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// probeNetem tries it, in a namespace that is gone again afterwards.
func probeNetem() error {
	l, err := openNetem(context.Background(), Config{Topology: Loopback, Way: Both(Params{Delay: time.Millisecond})})
	if err != nil {
		return err
	}
	return l.Close()
}

// planNetem is what openNetem does, as a person would type it.
func planNetem(c Config) []string {
	mtu := c.mtu()
	if c.Topology == Loopback {
		return compact(append([]string{
			"ip netns add host",
			fmt.Sprintf("ip -n host link set lo mtu %d txqueuelen %d up", mtu, queueLength),
			offloadCommand("host", "lo", c),
		}, inside("host", netem.Command("lo", c.Way[0]))))
	}
	plan := []string{"ip netns add router"}
	ends := cables(c)
	for i, e := range ends {
		host, peer := names()[i], ends[1-i].addr
		plan = append(plan,
			"ip netns add "+host,
			fmt.Sprintf("ip -n %s link add %s address %v type veth peer name %s address %v netns router", host, e.host, e.hostMAC, e.router, e.routerMAC),
			offloadCommand(host, e.host, c), offloadCommand("router", e.router, c),
			fmt.Sprintf("ip -n %s link set %s mtu %d txqueuelen %d addrgenmode none up", host, e.host, mtu, queueLength),
			fmt.Sprintf("ip -n %s address add %v/%d dev %s nodad", host, e.addr, prefix(c), e.host),
			fmt.Sprintf("ip -n %s neighbour replace %v lladdr %v dev %s nud permanent", host, peer, e.routerMAC, e.host),
			fmt.Sprintf("ip -n router link set %s mtu %d txqueuelen %d addrgenmode none up", e.router, mtu, queueLength),
			fmt.Sprintf("ip -n router route add %v dev %s scope link", e.addr, e.router),
			fmt.Sprintf("ip -n router neighbour replace %v lladdr %v dev %s nud permanent", e.addr, e.hostMAC, e.router),
			inside("router", netem.Command(e.router, e.queue)),
		)
	}
	return compact(append(plan, inside("router", "sysctl -w net/"+forwarding(c)+"=1")))
}

func offloadCommand(namespace, device string, c Config) string {
	if c.Offloads {
		return ""
	}
	command := "ethtool -K " + device
	for _, o := range netem.Offloads() {
		command += " " + o.Name + " off"
	}
	return inside(namespace, command)
}

// inside runs a command in a namespace; "" stays "".
func inside(namespace, command string) string {
	if command == "" {
		return ""
	}
	return "ip netns exec " + namespace + " " + command
}

// compact leaves out what is not done.
func compact(plan []string) []string {
	kept := plan[:0]
	for _, command := range plan {
		if command != "" {
			kept = append(kept, command)
		}
	}
	return kept
}
