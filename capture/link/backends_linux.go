package link

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/capture/link/netem"
	"github.com/flowstate-tcp/flowstate/capture/link/uml"
)

// backends is the table, in the order in which Auto prefers them.
func backends() []backend {
	return []backend{
		{
			name:  "netem",
			about: "the host kernel's netem, in a router between two network namespaces",
			note:  "netem lets thousands of packets go at once; bursts above net.core.netdev_max_backlog are lost (hint: sysctl -w net.core.netdev_max_backlog=100000)",
			probe: probeNetem, open: openNetem, plan: planNetem,
			loopback: true,
		},
		{
			name:  "uml",
			about: "netem in a user-mode Linux kernel, which runs without privileges",
			note:  "the whole session, recorder included, runs in the guest",
			probe: uml.Ready, plan: planUML,
			loopback:  true,
			elsewhere: "the session has to run inside the guest (uml.Run), where the netem link works",
		},
		{
			name:  "emulated",
			about: "the host kernel's TCP over a link in user space, between two TUN devices",
			note:  "packets leave up to a millisecond late in bursts; Measure tells by how much",
			probe: probeEmulated, open: openEmulated, plan: planEmulated,
		},
		simulatedBackend(),
	}
}

func planUML(c Config) []string {
	return append([]string{"linux.uml rootfstype=hostfs rootflags=/ ro init=FLOWSTATE", "# and in the guest:"}, planNetem(c)...)
}

func planEmulated(c Config) []string {
	var plan []string
	for i, addr := range addresses(c.IPv6) {
		host := names()[i]
		plan = append(plan,
			"ip netns add "+host,
			fmt.Sprintf("ip -n %s tuntap add %s0 mode tun", host, host),
			fmt.Sprintf("ip -n %s link set %s0 mtu %d txqueuelen %d addrgenmode none up", host, host, c.mtu(), queueLength),
			fmt.Sprintf("ip -n %s address add %v/%d dev %s0 nodad", host, addr, prefix(c), host),
		)
	}
	for i, way := range c.Way {
		plan = append(plan, fmt.Sprintf("# a thread that carries packets from %s0 to %s0: %s", names()[i], names()[1-i], netem.Words(way)))
	}
	return plan
}
