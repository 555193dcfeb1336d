package tcptrace

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Printed is what the program tcptrace printed of one connection.
type Printed struct {
	HostA, PortA, HostB, PortB string
	Values                     map[string]string // by the names of its columns, such as "unique_bytes_sent_a2b"
}

// Arguments are those with which tcptrace prints what Read reads of a capture.
func Arguments(path string) []string { return []string{"-nlrW", "--csv", path} }

// longestLine bounds a line of tcptrace's output.
const longestLine = 1 << 20

// Read reads the output of tcptrace. Lines that are no connection, such as
// warnings, are left out.
func Read(r io.Reader) (list []*Printed, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	var names []string
	for lines.Scan() {
		cells := strings.Split(lines.Text(), ",")
		switch {
		case strings.HasPrefix(lines.Text(), "conn_#,"):
			names = cells
		case names != nil && len(cells) == len(names):
			p := &Printed{Values: map[string]string{}}
			for i, name := range names {
				p.Values[strings.TrimSpace(name)] = strings.TrimSpace(cells[i])
			}
			p.HostA, p.PortA = p.Values["host_a"], p.Values["port_a"]
			p.HostB, p.PortB = p.Values["host_b"], p.Values["port_b"]
			list = append(list, p)
		}
	}
	return list, lines.Err()
}

// Key tells connections apart by their ends, a first.
func (p *Printed) Key() string {
	return short(p.HostA) + " " + p.PortA + " " + short(p.HostB) + " " + p.PortB
}

// short is an address in its usual form (RFC 5952): tcptrace writes all zeros.
func short(host string) string {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.String()
	}
	return host
}

// Key is that of the same connection as tcptrace prints it.
func (r *Result) Key(c *reconstruct.Connection) string {
	a, b := c.Ends[r.A], c.Ends[r.A.Peer()]
	return fmt.Sprint(a.IP, " ", a.Port, " ", b.IP, " ", b.Port)
}
