package witness

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Endpoint is an address and port as a tool printed them. Either may be a name,
// which is not resolved, or a wildcard; both match anything.
type Endpoint struct {
	Addr netip.Addr // the zero value for a name or any
	Port uint16     // 0 for a name, any or unknown
	Text string     // as printed
}

// services are the names of ports that the labs' tools print without -n; a
// name that is not here matches any port. It is never written to.
var services = map[string]uint16{
	"ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "http": 80, "www": 80, "kerberos": 88,
	"pop3": 110, "sunrpc": 111, "imap2": 143, "bgp": 179, "https": 443, "imaps": 993, "pop3s": 995,
	"nfs": 2049, "mysql": 3306, "postgresql": 5432, "x11": 6000, "redis": 6379, "http-alt": 8080, "amqp": 5672,
}

// parseEndpoint reads what ss, lsof and netstat print: 10.0.0.1:22, [::1]:22,
// [fe80::1]%eth0:22, 10.0.0.1%eth0:ssh, *:22, juliet:4000, :::22.
func parseEndpoint(s string) (e Endpoint, ok bool) {
	colon := strings.LastIndexByte(s, ':')
	if colon < 0 || colon == len(s)-1 || len(s) > 300 {
		return e, false
	}
	e.Text = s
	port := s[colon+1:]
	if n, err := strconv.ParseUint(port, 10, 16); err == nil {
		e.Port = uint16(n)
	} else if port != "*" {
		if !isName(port) {
			return e, false
		}
		e.Port = services[port]
	}
	return e, e.host(s[:colon])
}

// host reads the address. Zones are dropped: a capture knows none.
func (e *Endpoint) host(s string) (ok bool) {
	if zone := strings.IndexByte(s, '%'); zone >= 0 {
		s = strings.TrimSuffix(s[:zone], "]")
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	if s == "*" || s == "" {
		return true
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return isName(s)
	}
	if a = a.Unmap().WithZone(""); !a.IsUnspecified() {
		e.Addr = a
	}
	return true
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_') {
			return false
		}
	}
	return s != ""
}

// addressed is an endpoint of an address and a port in fields of their own.
func addressed(addr, port string) (e Endpoint, ok bool) {
	a, err := netip.ParseAddr(addr)
	n, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || bad != nil {
		return e, false
	}
	if a = a.Unmap().WithZone(""); !a.IsUnspecified() {
		e.Addr = a
	}
	e.Port = uint16(n)
	e.Text = netip.AddrPortFrom(a, e.Port).String()
	return e, true
}

// matches tells whether it can be an endpoint of a connection.
func (e *Endpoint) matches(c decode.Endpoint) bool {
	return (!e.Addr.IsValid() || e.Addr == c.IP.Addr().Unmap()) && (e.Port == 0 || e.Port == c.Port)
}

// wild tells whether it matches everything.
func (e *Endpoint) wild() bool { return !e.Addr.IsValid() && e.Port == 0 }
