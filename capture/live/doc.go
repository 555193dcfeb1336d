// Package live records packets from network interfaces.
//
// In: the names of interfaces, of this network namespace or of others, a filter
// that the kernel runs, a snapshot length, limits. Out: the packets in the order
// of their time, with the kernel's nanoseconds, their length on the wire and
// the number of packets that were lost; mostly written to a pcapng file, which
// then says all of that, and the settings as its comment.
//
// Open starts recording when it returns; Run hands the packets to a Sink until
// its context is done, a limit is reached or an interface goes down. Record does
// all from opening to the finished file or files. A file has the name that was
// asked for when it is complete, and .part behind the name until then; what a
// killed recording leaves is written over by the next of that name. A pipe gets
// every packet within a tenth of a second.
//
// Each interface has a ring that it shares with the kernel (TPACKET_V3), so that
// the full speed of a local TCP connection is recorded without loss. Packets wait
// for a twentieth of a second for earlier ones, from other interfaces or from
// another processor, so that times do not step backwards. Packets to oneself over
// a loopback interface, which the kernel shows when sent and when received, are
// recorded when received. The interface called any is all of a namespace, as
// tcpdump has it, with link type LINUX_SLL2; interfaces whose link layer is
// neither Ethernet nor bare IP are recorded with that one too.
//
// It refuses systems other than Linux, users without CAP_NET_RAW, interfaces
// that are down, and filters that package filter/bpf refuses. It changes
// nothing on an interface but, where asked, its promiscuous mode.
//
//	stats, err := live.Record(ctx, live.Options{
//		Config: live.Config{Interfaces: []live.Interface{{Name: "eth0"}}, Filter: expr},
//		Output: "eth0.pcapng",
//	})
//
// To record inside another namespace, an Interface carries the function that
// enters it, such as the Do of a link.Host.
package live
