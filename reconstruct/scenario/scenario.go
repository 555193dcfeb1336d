package scenario

import (
	"net/netip"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Scenario is a capture in words: who talks, what passes, and perhaps what an
// analysis of it shall say.
type Scenario struct {
	Name         string
	Start        time.Time // of time 0
	Link         capture.LinkType
	Conns        []Conn // by the N of @conn N; never empty after Parse
	Lines        []Line // in file order; the frame number is the index plus one
	Expectations []Expectation
}

// Conn is a pair of sockets.
type Conn struct {
	Ends [2]netip.AddrPort // client, server
}

// Line is one packet. All offsets are relative to the initial sequence numbers
// in ISN, which belong to the line so that a 4-tuple can be used again.
type Line struct {
	Source  int // line number in the text, 0 if it was not parsed
	Conn    int
	Time    time.Duration
	From    reconstruct.Side
	ISN     [2]seq.Number
	Flags   decode.Flags
	Seq     seq.Offset // in the sender's space
	Len     int        // payload bytes
	Ack     seq.Offset // in the peer's space; 0 without the ACK flag
	Window  uint16
	Urgent  uint16
	Options Options
	TTL     uint8 // 0: the usual 64
	ECN     uint8
	IPID    uint16
	HasIPID bool  // otherwise it counts the sender's packets
	Cut     int   // bytes of the frame that were captured, 0 for all
	BadSum  bool  // the TCP checksum is wrong
	ICMP    *ICMP // the line is an ICMP error; only Conn, Time, From, ISN, TTL and Cut of the line itself apply
}

// Options are the TCP options of a line. SACK blocks are relative, and the
// cookie is told in full; both fields of the embedded set stay unused.
type Options struct {
	decode.Options
	SACK   []Block
	Cookie []byte
}

// Block is a SACK block in the space of the peer of the line's sender.
type Block struct{ Left, Right seq.Offset }

// Has tells whether the option is there.
func (o *Options) Has(s decode.OptionSet) bool { return o.Set&s != 0 }

// ICMP is an error message about an earlier packet. The reporter is the end on
// whose side the line starts, unless By names another.
type ICMP struct {
	Kind  string // a row of the table of kinds, such as "unreachable port"
	By    netip.Addr
	Quote *Line
}

// End returns the offset after the last octet of the line, SYN and FIN counted.
func (l *Line) End() seq.Offset {
	end := l.Seq + seq.Offset(l.Len)
	if l.Flags.Has(decode.SYN) {
		end++
	}
	if l.Flags.Has(decode.FIN) {
		end++
	}
	return end
}

// The defaults of a scenario. The initial sequence numbers look alike in every
// line, so that a wrong side is noticed in a failing test.
const (
	defaultWindow    = 65535
	defaultTTL       = 64
	defaultPort      = 40000
	maxConns         = 1000
	clientISN        = 1_000_000_000
	serverISN        = 2_000_000_000
	defaultLinkLayer = capture.LinkTypeEthernet
)

func defaultISN() [2]seq.Number { return [2]seq.Number{clientISN, serverISN} }

func defaultStart() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

func defaultConn(n int) Conn {
	return Conn{[2]netip.AddrPort{
		netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 1}), uint16(defaultPort+n)),
		netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, 2}), 80),
	}}
}

// New returns an empty scenario with the default connection 0.
func New(name string) *Scenario {
	return &Scenario{Name: name, Start: defaultStart(), Link: defaultLinkLayer, Conns: []Conn{defaultConn(0)}}
}
