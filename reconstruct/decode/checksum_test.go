package decode_test

import (
	"encoding/binary"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// summed returns a raw IP packet with a TCP segment whose checksum gopacket
// has calculated, and where its TCP header begins.
func summed(t *rapid.T, v6 bool, payload []byte) (packet []byte, tcpAt int) {
	tcp := &layers.TCP{SrcPort: 1000, DstPort: 80, Seq: 7, ACK: true, Window: 100}
	address := func(n int, label string) []byte { return rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, label) }
	var ip gopacket.SerializableLayer
	var err error
	if v6 {
		h := &layers.IPv6{Version: 6, NextHeader: layers.IPProtocolTCP, HopLimit: 64, SrcIP: address(16, "source"), DstIP: address(16, "destination")}
		ip, tcpAt, err = h, 40, tcp.SetNetworkLayerForChecksum(h)
	} else {
		h := &layers.IPv4{Version: 4, Protocol: layers.IPProtocolTCP, TTL: 64, SrcIP: address(4, "source"), DstIP: address(4, "destination")}
		ip, tcpAt, err = h, 20, tcp.SetNetworkLayerForChecksum(h)
	}
	if err != nil {
		t.Fatal(err)
	}
	buf := gopacket.NewSerializeBuffer()
	fix := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, fix, ip, tcp, gopacket.Payload(payload)); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), tcpAt
}

func quirksOf(packet []byte) decode.Quirk {
	return decodeOne(capture.LinkTypeRaw, packet).Segments[0].Quirks & unsummed
}

// TestChecksums compares with gopacket's, then spoils one octet, then leaves
// what offload leaves.
func TestChecksums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "payload")
		packet, at := summed(t, rapid.Bool().Draw(t, "v6"), payload)
		if got := quirksOf(packet); got != 0 {
			t.Fatalf("quirks %b of a right checksum", got)
		}
		spoiled := append([]byte(nil), packet...)
		where := rapid.SampledFrom([]int{at + 4, at + 15, at + 19, len(packet) - 1}).Draw(t, "octet")
		spoiled[where] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if got := quirksOf(spoiled); got == 0 {
			t.Fatalf("octet %d is spoiled and not told", where)
		}
		for _, length := range []int{0, len(packet) - at} {
			binary.BigEndian.PutUint16(packet[at+16:], pseudo(packet, at, length))
			if got := quirksOf(packet); got&^decode.PartialChecksum != 0 {
				t.Fatalf("quirks %b of the pseudo-header's sum", got)
			}
		}
	})
}

// pseudo sums the pseudo-header in the plain way.
func pseudo(packet []byte, tcpAt, length int) uint16 {
	from := 12
	if tcpAt == 40 {
		from = 8
	}
	s := uint32(6 + length)
	for i := from; i < tcpAt; i += 2 {
		s += uint32(binary.BigEndian.Uint16(packet[i:]))
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

func TestWrongChecksumIsNotPartial(t *testing.T) {
	packet := join(raw("4500 0028 0001 0000 4006 0000 0a000001 0a000002"), raw("1234 0050 00000001 00000002 5010 0100 beef 0000"))
	if got := quirksOf(packet); got != decode.WrongChecksum {
		t.Errorf("quirks %b, want %b", got, decode.WrongChecksum)
	}
	if got := decodeOne(capture.LinkTypeRaw, packet[:40-1]).Segments[0].Quirks & unsummed; got != 0 {
		t.Errorf("quirks %b of a segment that is not whole", got)
	}
}

// TestRecordShorterThanPacket: a record that says of a cut packet that it was no
// longer shows nothing of the checksum.
func TestRecordShorterThanPacket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v6 := rapid.Bool().Draw(t, "v6")
		packet, at := summed(t, v6, []byte{1, 2, 3, 4})
		cut := packet[:at+20+rapid.IntRange(0, 3).Draw(t, "kept")]
		if got := quirksOf(cut); got != 0 {
			t.Fatalf("quirks %b of a packet that was cut", got)
		}
	})
}
