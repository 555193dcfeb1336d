package filter

import (
	"net/netip"
	"testing"
)

// The segment of most tests: a SYN-ACK from a web server.
var synAck = Header{
	Src:   netip.MustParseAddrPort("192.0.2.80:443"),
	Dst:   netip.MustParseAddrPort("10.1.2.3:51514"),
	Flags: 0x12,
}

var synAck6 = Header{
	Src:   netip.MustParseAddrPort("[2001:db8::80]:443"),
	Dst:   netip.MustParseAddrPort("[fe80::1]:51514"),
	Flags: 0x112, // with AE
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		expr   string
		v4, v6 bool
	}{
		{"host 192.0.2.80", true, false},
		{"src 192.0.2.80", true, false},
		{"dst 192.0.2.80", false, false},
		{"src or dst host 10.1.2.3", true, false},
		{"src and dst net 0.0.0.0/0", true, false},
		{"src and dst 192.0.2.80", false, false},
		{"net 10", true, false},
		{"net 10.1", true, false},
		{"net 10.2", false, false},
		{"dst net 10.1.2.0/23", true, false},
		{"net 192.0.2.0 mask 255.255.255.0", true, false},
		{"net 192.0.2.0", false, false}, // four parts are a whole address
		{"net 2001:db8::/32", false, true},
		{"ip6 host fe80::1", false, true},
		{"ip host 10.1.2.3", true, false},
		{"ip", true, false},
		{"ip6", false, true},
		{"tcp", true, true},
		{"udp", false, false},
		{"not udp", true, true},
		{"icmp or icmp6 or sctp", false, false},
		{"proto 6", true, true},
		{`ip proto \tcp`, true, false},
		{"ip6 proto tcp", false, true},
		{"ip proto udp", false, false},
		{"port https", true, true},
		{"src port 443", true, true},
		{"dst port 443", false, false},
		{"tcp src port https", true, true},
		{"udp port 443", false, false},
		{"portrange 400-500", true, true},
		{"portrange 500-400", true, true},
		{"dst portrange 400-500", false, false},
		{"port 0673", true, true}, // octal
		{"port 0x1bb", true, true},
		{"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", true, true},
		{"tcp[tcpflags] & tcp-rst != 0", false, false},
		{"tcp[13] & 2 != 0", true, true},
		{"tcp[tcpflags] == tcp-syn", false, false},
		{"tcp[tcpflags] = tcp-syn|tcp-ack", true, true},
		{"(tcp[13] & (2|16)) = 18", true, true},
		{"(tcp[13:1]) & 2 = 2", true, true},
		{"tcp[tcpflags] > 0x12", false, false},
		{"tcp[tcpflags] >= 0x12 and tcp[13] <= 18 and tcp[13] < 19", true, true},
		{"tcp[12] & 1 = 1", false, true},
		{"ip and tcp[13] & 2 != 0", true, false},
	} {
		e, err := Parse(c.expr)
		if err != nil {
			t.Errorf("%s: %v", c.expr, err)
			continue
		}
		if got := Match(e, &synAck); got != c.v4 {
			t.Errorf("%s: %v over IPv4, want %v", c.expr, got, c.v4)
		}
		if got := Match(e, &synAck6); got != c.v6 {
			t.Errorf("%s: %v over IPv6, want %v", c.expr, got, c.v6)
		}
	}
}

// TestGrouping pins how tcpdump groups and what a bare value repeats. What the
// text on the right means does not hang on either.
func TestGrouping(t *testing.T) {
	for _, c := range []struct{ expr, means string }{
		{"port 80 or 443", "port 80 or port 443"},
		{"src host 1.2.3.4 or 5.6.7.8", "src host 1.2.3.4 or src host 5.6.7.8"},
		{"src 1.2.3.4 or 5.6.7.8", "src host 1.2.3.4 or src host 5.6.7.8"},
		{"tcp dst port 80 or 443", "tcp dst port 80 or tcp dst port 443"},
		{"not host 1.2.3.4 and 5.6.7.8", "(not host 1.2.3.4) and host 5.6.7.8"},
		{"port 22 or port 80 and host 1.2.3.4", "(port 22 or port 80) and host 1.2.3.4"},
		{"port 22 and port 80 or host 1.2.3.4", "(port 22 and port 80) or host 1.2.3.4"},
		{"host 1.2.3.4 and port 80 or 443", "(host 1.2.3.4 and port 80) or port 443"},
		{"port (80 or 443)", "port 80 or port 443"},
		{"tcp and port (80 or 443)", "tcp and (port 80 or port 443)"},
		{"port 80 or (443 and not 22)", "port 80 or (port 443 and (not port 22))"},
		{"port not 80", "not port 80"},
		{"port 80 or (host 1.2.3.4 or 5.6.7.8) or 443", "(port 80 or (host 1.2.3.4 or host 5.6.7.8)) or port 443"},
		{"port 80 || ! 443 && tcp", "(port 80 or (not port 443)) and tcp"},
		{"proto 6 or 17", "proto 6 or proto 17"},
		{"ip host 1.2.3.4 or 5.6.7.8", "(ip and host 1.2.3.4) or (ip and host 5.6.7.8)"},
		{"ip src net 10", "ip and src net 10"},
		{"ip6 dst 2001:db8::1", "ip6 and dst host 2001:db8::1"},
		{"net 10 or 11.1", "net 10.0.0.0/8 or net 11.1.0.0/16"},
	} {
		got, err := Parse(c.expr)
		want, err2 := Parse(c.means)
		if err != nil || err2 != nil {
			t.Errorf("%s: %v, %v", c.expr, err, err2)
		} else if got != want {
			t.Errorf("%s is %s, want %s", c.expr, got, c.means)
		}
	}
}

func TestCutFlagsDecideNothing(t *testing.T) {
	cut := Header{Src: synAck.Src, Dst: synAck.Dst, FlagsCut: true}
	for expr, want := range map[string]bool{
		"tcp[13] = 0":                   false,
		"not tcp[13] = 0":               false,
		"tcp[13] = 0 or tcp[13] != 0":   false,
		"port 443":                      true,
		"port 443 or tcp[13] = 0":       true,
		"tcp[13] = 0 or port 443":       true,
		"not (tcp[13] = 0 and port 22)": true,
	} {
		e, err := Parse(expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := Match(e, &cut); got != want {
			t.Errorf("%s: %v, want %v", expr, got, want)
		}
	}
}

func TestMappedAddressIsIPv6(t *testing.T) {
	mapped := netip.MustParseAddrPort("[::ffff:10.1.2.3]:80")
	h := Header{Src: mapped, Dst: mapped}
	for expr, want := range map[string]bool{
		"ip": false, "ip6": true, "host 10.1.2.3": false,
		"host ::ffff:10.1.2.3": true, "net ::ffff:10.0.0.0/104": true,
	} {
		e, err := Parse(expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := Match(e, &h); got != want {
			t.Errorf("%s: %v, want %v", expr, got, want)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	e, err := Parse("tcp port 80 or 443 and not net 10.9 and tcp[tcpflags] & tcp-rst = 0")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !Match(e, &synAck) {
			b.Fatal("not selected")
		}
	}
}
