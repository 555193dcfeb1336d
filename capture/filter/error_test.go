package filter

import (
	"errors"
	"strings"
	"testing"
)

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		expr    string
		column  int
		problem string
		hint    string
	}{
		{"", 1, "empty", "port 443"},
		{"  ", 3, "empty", "port 443"},
		{"host example.com", 6, "names are not looked up", "host 192.0.2.1"},
		{"host 10", 6, "not a whole address", "net 10"},
		{"src host 10.1", 10, "not a whole address", "src net 10.1"},
		{"host 1.2.3.256", 6, "not an IP address", ""},
		{"host fe80::1%eth0", 6, "no zone", "host fe80::1"},
		{"host 2001:db8:::1", 6, "not an IPv6 address", "host 2001:db8::1"},
		{"src 10.0.0.0/24", 13, "net only", "src net 10.0.0.0/24"},
		{"host 10.0.0.1/8", 14, "net only", "net 10.0.0.0/24"},
		{"host 2001:db8::1/32", 17, "net only", "net 2001:db8::/64"},
		{"dst 443", 5, "a port, not an address", "dst port 443"},
		{"src port 80 and dst 443", 21, "a port, not an address", "dst port 443"},
		{"tcp host 1.2.3.4", 1, "tcp cannot stand before host", "tcp and host 192.0.2.1"},
		{"tcp src 1.2.3.4", 1, "tcp cannot stand before an address", "tcp and src host 192.0.2.1"},
		{"ip port 80", 1, "ip cannot stand before port", "ip and port 443"},
		{"src proto 6", 1, "src cannot stand before proto", "ip proto 6"},
		{"ip host ::1", 9, "ip does not go with ::1", "host ::1"},
		{"ip6 net 10.0.0.0/8", 9, "ip6 does not go with", "net 10.0.0.0/8"},
		{"net 10.0.0.1/24", 5, "bits set beyond its mask", "net 10.0.0.0/24"},
		{"net 10.0.0.0/33", 14, "0 to 32", "net 192.0.2.0/24"},
		{"net 10.0.0.0 mask 255.0.255.0", 19, "hole", "net 192.0.2.0 mask 255.255.255.0"},
		{"net 10.0.0.0 mask 8", 19, "dotted mask", ""},
		{"net 2001:db8:: mask 255.0.0.0", 21, "IPv4 only", "net 2001:db8::/32"},
		{"net 0", 5, "not a network", ""},
		{"net 256", 5, "not a network", ""},
		{"net example", 5, "not looked up", ""},
		{"port 70000", 6, "end at 65535", ""},
		{"port 99999999999", 6, "end at 65535", ""},
		{"port nosuch", 6, "not a port", "port 443"},
		{"port 80-90", 6, "not one port", "portrange 8000-8999"},
		{"portrange ssh-nosuch", 11, "nosuch is not a port", ""},
		{"port 08", 6, "octal", ""},
		{"host 0::%", 6, "not an IPv6 address", ""},
		{"08", 1, "no keyword", ""},
		{"proto 256", 7, "not an IP protocol", "proto 6"},
		{"port", 5, "value for port", "port 443"},
		{"port and tcp", 6, "value for port", "port 443"},
		{"src", 4, "address is missing", "src host 192.0.2.1"},
		{"src or dst", 11, "address is missing", ""},
		{"port src 80", 6, "value for port", ""},
		{"10.0.0.1", 1, "keyword is missing", "host 10.0.0.1"},
		{"443", 1, "keyword is missing", "port 443"},
		{"https", 1, "keyword is missing", "port https"},
		{"tcp and 80", 9, "keyword is missing", "port 80"},
		{"(port 80 or 443) and 22", 22, "keyword is missing", "port 22"},
		{"port 80 or udp or 443", 19, "keyword is missing", "port 443"},
		{"TCP", 1, "lower case: tcp", ""},
		{"prot 80", 1, "prot is no keyword", ""},
		{"port 80 443", 9, "and/or is missing", ""},
		{"tcp ip", 5, "and/or is missing", ""},
		{"port 80 and", 12, "ends too early", ""},
		{"(port 80", 1, "never closed", ""},
		{"port 80)", 8, "nothing was opened", ""},
		{"port (80 or tcp)", 13, "value for port", ""},
		{"port 80 or (443 or tcp)", 20, "value for port", ""},
		{"and tcp", 1, "and has no meaning", ""},
		{`"port 80"`, 1, "has no meaning here", "--filter 'port 80'"},
		{"port 80 ü", 9, "character ü", ""},
		{"less 100", 1, "length of a frame", ""},
		{"vlan 5 and tcp", 1, "link layer", ""},
		{"ether host 1:2:3:4:5:6", 1, "link layer", ""},
		{"not arp", 5, "link layer", ""},
		{"esp", 1, "not about TCP", ""},
		{"tcp[0:2] = 80", 5, "only the flags", ""},
		{"tcp[13:2] = 2", 8, "only one byte", ""},
		{"tcp[14]", 5, "only the flags", ""},
		{"tcp[13", 7, "bracket", ""},
		{"ip[8] < 5", 1, "only bytes of the TCP header", ""},
		{"tcp[13] & 2", 12, "comparison is missing", ""},
		{"tcp[13] and tcp", 9, "comparison is missing", ""},
		{"tcp[13] & 1 | 2 != 0", 13, "parentheses are missing", ""},
		{"tcp[13] & 3 & 2 != 0", 13, "only &", ""},
		{"tcp[13] >> 1 = 2", 9, "only &", ""},
		{"tcp[13] = 1 + 1", 13, "joined by | only", ""},
		{"tcp[13] = tcp-foo", 11, "number or the name of a flag", ""},
		{"tcp[12] & 2 != 0", 1, "AE bit", "tcp[12] & 1 != 0"},
		{"2 = tcp[13]", 1, "starts with tcp[tcpflags]", ""},
		{"tcp-syn", 1, "starts with tcp[tcpflags]", ""},
		{"port tcp-syn", 6, "not a port", ""},
		{strings.Repeat("(", 300) + "tcp" + strings.Repeat(")", 300), 201, "levels", ""},
		{strings.Repeat("not ", 300) + "tcp", 801, "levels", ""},
		{strings.Repeat("port (", 1) + strings.Repeat("(", 300) + "80", 206, "levels", ""},
		{strings.Repeat("(", 300) + "tcp[13]" + strings.Repeat(")", 300) + " = 2", 201, "levels", ""},
		{"tcp[13] = " + strings.Repeat("(", 300) + "2", 211, "levels", ""},
		{strings.Repeat("tcp or ", 10000) + "tcp", 1, "longer than", ""},
	} {
		_, err := Parse(c.expr)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.40s: accepted, want refused: %s", c.expr, c.problem)
			continue
		}
		if e.Offset+1 != c.column || !strings.Contains(e.Problem, c.problem) || !strings.HasPrefix(e.Hint, c.hint) {
			t.Errorf("%.40s: %v, want column %d, %q, hint %q", c.expr, err, c.column, c.problem, c.hint)
		}
		checkHint(t, e)
	}
}

// checkHint holds every hint to what a hint promises: it can be pasted.
func checkHint(t *testing.T, e *Error) {
	t.Helper()
	if e.Hint == "" || strings.HasPrefix(e.Hint, "--filter") {
		return
	}
	for hint := range strings.SplitSeq(e.Hint, ", ") {
		if _, err := Parse(hint); err != nil {
			t.Errorf("%s: the hint %q is refused: %v", e.Expr, hint, err)
		}
	}
}

func TestErrorText(t *testing.T) {
	_, err := Parse("port 80 and host example.com")
	want := "filter, column 18: example.com is not an IP address, and names are not looked up (hint: host 192.0.2.1)"
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	var e *Error
	errors.As(err, &e)
	if want := "port 80 and host example.com\n                 ^"; e.Caret() != want {
		t.Errorf("\n%s\nwant\n%s", e.Caret(), want)
	}
}
