package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
)

// socketFlags are those of the commands that tell of sockets as eBPF tools do: the
// common ones, whose sockets, and of which ports.
type socketFlags struct {
	common
	host                    hostFlag
	localPorts, remotePorts portsFlag
}

// addSockets defines the flags on a command that prints such rows, by the tool's
// names for the ports: long and short.
func (f *socketFlags) addSockets(cmd *cobra.Command, rows string, local, remote [2]string) {
	f.addOutput(cmd)
	f.addConn(cmd)
	f.addSelection(cmd)
	f.host.add(cmd)
	cmd.Flags().VarP(&f.localPorts, local[0], local[1], "only these local ports")
	cmd.Flags().VarP(&f.remotePorts, remote[0], remote[1], "only these remote ports")
	f.brief, f.rows = true, rows
}

func (f *socketFlags) choice() ebpf.Choice {
	return ebpf.Choice{Host: f.host.host, Address: f.host.address, LocalPorts: f.localPorts, RemotePorts: f.remotePorts}
}

// hostFlag says whose sockets are told.
type hostFlag struct {
	text    string
	host    ebpf.Host
	address netip.Addr
}

var hostNames = [...]string{ebpf.AtTap: "tap", ebpf.Clients: "client", ebpf.Servers: "server", ebpf.BothSides: "both"}

// add defines the flag on a command.
func (f *hostFlag) add(cmd *cobra.Command) {
	f.text = hostNames[ebpf.AtTap]
	cmd.Flags().Var(f, "host", "whose sockets: tap (where the capture was taken), client, server, both or an address")
	complete(cmd, "host", hostNames[:])
}

func (f *hostFlag) Type() string   { return "HOST" }
func (f *hostFlag) String() string { return f.text }

func (f *hostFlag) Set(s string) (err error) {
	f.text = s
	for h, name := range hostNames {
		if s == name {
			f.host = ebpf.Host(h)
			return nil
		}
	}
	f.host = ebpf.ByAddress
	if f.address, err = netip.ParseAddr(s); err != nil {
		return fmt.Errorf("want tap, client, server, both or an address, got %q", s)
	}
	f.address = f.address.Unmap()
	return nil
}

// portsFlag is a list of ports.
type portsFlag []uint16

func (f *portsFlag) Type() string { return "PORT[,PORT...]" }

func (f *portsFlag) String() string {
	list := make([]string, len(*f))
	for i, port := range *f {
		list[i] = strconv.Itoa(int(port))
	}
	return strings.Join(list, ",")
}

func (f *portsFlag) Set(s string) error {
	for _, word := range strings.Split(s, ",") {
		n, err := strconv.ParseUint(strings.TrimSpace(word), 10, 16)
		if err != nil || n == 0 {
			return fmt.Errorf("want ports such as 80 or 80,443, got %q", word)
		}
		*f = append(*f, uint16(n))
	}
	return nil
}

// addressFlag is an address, or none.
type addressFlag struct{ netip.Addr }

func (f *addressFlag) Type() string { return "ADDRESS" }

func (f *addressFlag) String() string {
	if !f.IsValid() {
		return ""
	}
	return f.Addr.String()
}

func (f *addressFlag) Set(s string) error {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return fmt.Errorf("want an address such as 192.0.2.1 or 2001:db8::1, got %q", s)
	}
	f.Addr = a.Unmap()
	return nil
}

// spanFlag is a span of seconds, 0 for none.
type spanFlag time.Duration

func (f *spanFlag) Type() string { return "SECONDS" }

func (f *spanFlag) String() string {
	if *f == 0 {
		return ""
	}
	return time.Duration(*f).String()
}

func (f *spanFlag) Set(s string) error {
	d, ok := parseSeconds(s)
	if !ok || d < time.Millisecond {
		return fmt.Errorf("want seconds such as 1 or 0.5, at least 0.001, got %q", s)
	}
	*f = spanFlag(d)
	return nil
}
