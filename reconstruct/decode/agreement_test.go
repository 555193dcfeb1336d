package decode_test

import (
	"errors"
	"io"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// reference decodes the common headers with gopacket: Ethernet, at most one
// VLAN tag, IP without extension headers, TCP.
type reference struct {
	parser  *gopacket.DecodingLayerParser
	decoded []gopacket.LayerType
	eth     layers.Ethernet
	vlan    layers.Dot1Q
	ip4     layers.IPv4
	ip6     layers.IPv6
	tcp     layers.TCP
}

func newReference() *reference {
	r := &reference{}
	r.parser = gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &r.eth, &r.vlan, &r.ip4, &r.ip6, &r.tcp)
	r.parser.IgnoreUnsupported = true
	return r
}

// segment tells whether data is whole and common enough for the reference to
// give a TCP segment.
func (r *reference) segment(data []byte) bool {
	if err := r.parser.DecodeLayers(data, &r.decoded); err != nil || r.parser.Truncated {
		return false
	}
	n := len(r.decoded)
	return n >= 3 && r.decoded[n-1] == layers.LayerTypeTCP
}

// differs names the first field in which s is not what the reference says.
func (r *reference) differs(s *decode.Segment) string {
	src, dst, ttl := r.ip4.SrcIP, r.ip4.DstIP, r.ip4.TTL
	if s.Src.IP.V6 {
		src, dst, ttl = r.ip6.SrcIP, r.ip6.DstIP, r.ip6.HopLimit
	}
	from, _ := netip.AddrFromSlice(src)
	to, _ := netip.AddrFromSlice(dst)
	t := &r.tcp
	switch {
	case s.Src.IP.Addr() != from.Unmap() && s.Src.IP.Addr() != from || s.Dst.IP.Addr() != to.Unmap() && s.Dst.IP.Addr() != to:
		return "addresses"
	case s.Src.Port != uint16(t.SrcPort) || s.Dst.Port != uint16(t.DstPort):
		return "ports"
	case uint32(s.Seq) != t.Seq || uint32(s.Ack) != t.Ack:
		return "numbers"
	case s.Flags.Has(decode.SYN) != t.SYN || s.Flags.Has(decode.FIN) != t.FIN || s.Flags.Has(decode.RST) != t.RST || s.Flags.Has(decode.ACK) != t.ACK:
		return "flags"
	case s.Window != t.Window || s.Urgent != t.Urgent || s.Checksum != t.Checksum || s.TTL != ttl:
		return "window, urgent pointer, checksum or TTL"
	case string(s.Payload) != string(t.Payload) || s.Len != len(t.Payload):
		return "payload"
	}
	return ""
}

// TestAgreesWithGopacket compares the common headers, field by field, with
// gopacket on every packet of every capture that both decode.
func TestAgreesWithGopacket(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(testneed.Shared(t, "captures"), "*", "*.pcap*"))
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, path := range paths {
		compared += compareFile(t, path)
	}
	t.Logf("%d segments of %d captures compared", compared, len(paths))
}

func compareFile(t *testing.T, path string) (compared int) {
	r, err := pcapfile.Open(path)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return 0
	}
	defer r.Close()
	ref, d := newReference(), decode.New()
	var p capture.Packet
	var res decode.Result
	for {
		if err := r.Next(&p); errors.Is(err, io.EOF) {
			return compared
		} else if err != nil {
			t.Errorf("%s: %v", path, err)
			return compared
		}
		d.Decode(&p, &res)
		if p.LinkType != capture.LinkTypeEthernet || p.Truncated() || !ref.segment(p.Data) {
			continue
		}
		if len(res.Segments) != 1 {
			t.Errorf("%s frame %d: %d segments, gopacket has one; findings %v", path, p.Frame, len(res.Segments), res.Findings)
			continue
		}
		compared++
		if field := ref.differs(&res.Segments[0]); field != "" {
			t.Errorf("%s frame %d: %s: %+v, gopacket %+v", path, p.Frame, field, res.Segments[0], ref.tcp)
		}
	}
}
