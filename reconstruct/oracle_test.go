package reconstruct_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// The captures in which our connections are not tshark's streams, and why.
const (
	outer   = "the oracle names the IPv4 addresses around the IPv6 header of the stream; all else is the same"
	several = "the oracle leaves out frames with several TCP headers, and this capture has no others"
	skipped = "tshark spends a stream number on the connection inside SOCKS, which has no packets; ours go on without a gap"
	decoded = "we decode a tunnel that tshark, without its preference for the port, does not"
)

var differs = map[string]string{
	"AlexeyVasilev_PcapFlowLab__26_geneve_inner_supported_and_visible_matrix.pcap": outer,
	"AlexeyVasilev_PcapFlowLab__27_vxlan_inner_supported_and_visible_matrix.pcap":  outer,
	"ajbanjara_Wireshark__6to4.pcap":                                               outer,
	"ajbanjara_Wireshark__nb6-http.pcap":                                           outer,
	"arkime_arkime__gtp-iphone.pcap":                                               outer,
	"ajbanjara_Wireshark__netlink-nflog.pcap":                                      several,
	"zeek_zeek__gre-aruba-amsdu.pcap":                                              several,
	"arkime_arkime__socks-https-example.pcap":                                      skipped,
	"ntop_nDPI__socks.pcapng":                                                      skipped,
	"ntop_nDPI__tls_heur__vmess-tcp-tls.pcapng":                                    skipped,
	"ntop_nDPI__tls_heur__vmess-websocket.pcapng":                                  skipped,
	"AlexeyVasilev_PcapFlowLab__17_vxlan_udp_port_and_header_matrix.pcap":          decoded,
	"AlexeyVasilev_PcapFlowLab__pcap_flow_lab_showcase.pcap":                       decoded,
}

// TestOracle compares numbers, endpoints, packets and bytes of every
// connection in the public captures with the streams of tshark 4.0.17.
func TestOracle(t *testing.T) {
	dir := corpus(t, "public")
	same, total := 0, 0
	for _, o := range readOracle(t) {
		got := map[int]reconstruct.Connection{}
		for _, c := range replay(t, filepath.Join(dir, o.File), nil) {
			got[c.Number] = c
		}
		total++
		reason, known := differs[o.File]
		diff := compare(got, o.Streams, reason != outer)
		known = known && reason != outer
		switch {
		case diff == "":
			same++
			if known {
				t.Errorf("%s is the same now; take it out of the table (%s)", o.File, reason)
			}
		case !known:
			t.Errorf("%s (several TCP: %d): %s", o.File, o.Several, diff)
		}
	}
	t.Logf("%d of %d captures the same", same, total)
	if same*100 < total*98 {
		t.Errorf("fewer than 98 in 100")
	}
}

// compare returns the first difference, empty if there is none.
func compare(got map[int]reconstruct.Connection, want []oracleStream, ends bool) string {
	for _, s := range want {
		c, ok := got[s.Stream]
		if !ok {
			return fmt.Sprintf("stream %d (%s %s, frame %d) is missing", s.Stream, s.A, s.B, s.First)
		}
		if d := compareStream(&c, s, ends); d != "" {
			return fmt.Sprintf("stream %d from frame %d: %s", s.Stream, s.First, d)
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("%d connections, %d streams", len(got), len(want))
	}
	return ""
}

func compareStream(c *reconstruct.Connection, s oracleStream, ends bool) string {
	if c.SelfConnect {
		return "" // tshark does not tell the directions apart either
	}
	a := reconstruct.Client
	if name(c.Ends[a]) != s.A && ends || !ends && c.Half[a].Packets != s.AFrames {
		a = reconstruct.Server
	}
	got := name(c.Ends[a]) + " " + name(c.Ends[a.Peer()])
	if want := s.A + " " + s.B; ends && got != want {
		return fmt.Sprintf("endpoints %s, want %s", got, want)
	}
	counts := [4]int64{c.Half[a].Packets, c.Half[a.Peer()].Packets, c.Half[a].Payload, c.Half[a.Peer()].Payload}
	if want := [4]int64{s.AFrames, s.BFrames, s.ABytes, s.BBytes}; counts != want {
		return fmt.Sprintf("packets and bytes %v, want %v", counts, want)
	}
	return ""
}

// name is an endpoint in tshark's fields: no brackets around an IPv6 address.
func name(e decode.Endpoint) string { return fmt.Sprintf("%s:%d", e.IP, e.Port) }
