package decode_test

import (
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// timestamps is the option list of almost every segment today: two NOPs and a
// timestamp.
var timestamps = raw("0101 080a 00000001 00000002")

// BenchmarkDecode measures the common stacks; all must be free of
// allocations.
func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct {
		name string
		link capture.LinkType
		data []byte
	}{
		{"ethernet-small", capture.LinkTypeEthernet, ether(0x0800, v4(6, tcpSegment("", timestamps...)))},
		{"ethernet-large", capture.LinkTypeEthernet, ether(0x0800, v4(6, tcpSegment(string(make([]byte, 1448)), timestamps...)))},
		{"ethernet-ipv6", capture.LinkTypeEthernet, ether(0x86dd, v6(6, tcpSegment("", timestamps...)))},
		{"vlan", capture.LinkTypeEthernet, ether(0x8100, join(raw("0005 0800"), inner4))},
		{"sll", capture.LinkTypeLinuxSLL, join(raw("0000 0001 0006 0000000000000000 0800"), inner4)},
		{"raw", capture.LinkTypeRaw, inner4},
		{"udp", capture.LinkTypeEthernet, ether(0x0800, v4(17, udpDatagram(9999, []byte("hello"))))},
		{"vxlan", capture.LinkTypeEthernet, ether(0x0800, v4(17, udpDatagram(4789, join(raw("0800000000000100"), innerEther))))},
		{"gre", capture.LinkTypeEthernet, ether(0x0800, v4(47, join(raw("0000 0800"), inner4)))},
	} {
		b.Run(c.name, func(b *testing.B) {
			d := decode.New()
			p := capture.Packet{Frame: 1, LinkType: c.link, OrigLen: len(c.data), Data: c.data}
			var r decode.Result
			d.Decode(&p, &r)
			b.ReportAllocs()
			for b.Loop() {
				d.Decode(&p, &r)
			}
		})
	}
}
