// Package bpf compiles filter expressions to classic BPF, which the kernel
// runs on every packet before a recorder sees it.
//
// In goes an expression of package filter, the link type of the packets and
// the snapshot length; out comes a program that returns the snapshot length
// for a packet that is selected and 0 for all others. A program selects what
// tcpdump's would for the same text:
//
//   - host and net are true of ARP and RARP about these addresses as well,
//     where the link layer carries any.
//   - Ports and flags are those of a packet's first fragment; further
//     fragments of IPv4 have none, so "not port 80" is true of them.
//   - Over IPv6, ports are found where TCP, UDP or SCTP follow the fixed header
//     at once. Behind extension headers, a fragment header among them, there
//     are none. tcp, udp and proto N look behind a fragment header and no
//     further.
//   - A packet that is too short for a test which is reached is not selected,
//     nor is it by the opposite. A VLAN tag, where the kernel leaves one in the
//     packet, hides what follows it.
//
// Two differences come with the expressions. tcp[...] works over IPv6 too, as
// package filter has it, where tcpdump's is false of every packet. And the name
// of a port is its number, over TCP, UDP and SCTP, where tcpdump asks the
// services file of the machine which of them it means.
//
// It refuses link types that it has no table for, and expressions that need
// more instructions than the kernel takes.
//
//	e, err := filter.Parse("tcp port 443 and not host 192.0.2.1")
//	...
//	program, err := bpf.Compile(e, capture.LinkTypeEthernet, 0)
package bpf
