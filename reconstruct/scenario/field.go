package scenario

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// field is one word of a line after the range. print returns "" where the
// value is the usual one.
type field struct {
	name  string
	parse func(*cursor, *Line) error
	print func(*Line) string
}

// fields is in the order of printing; the options come after urg.
var fields = [...]field{
	{"ack", parseAck, func(l *Line) string {
		if !l.Flags.Has(decode.ACK) {
			return ""
		}
		return fmt.Sprintf("ack %d", l.Ack)
	}},
	{"win", number("win", 16, func(l *Line, n uint64) { l.Window = uint16(n) }), func(l *Line) string {
		return fmt.Sprintf("win %d", l.Window)
	}},
	{"urg", number("urg", 16, func(l *Line, n uint64) { l.Urgent = uint16(n) }), unless0("urg", func(l *Line) int { return int(l.Urgent) })},
	{"ttl", number("ttl", 8, func(l *Line, n uint64) { l.TTL = uint8(n) }), unless0("ttl", func(l *Line) int { return int(l.TTL) })},
	{"ipid", number("ipid", 16, func(l *Line, n uint64) { l.IPID, l.HasIPID = uint16(n), true }), func(l *Line) string {
		if !l.HasIPID {
			return ""
		}
		return fmt.Sprintf("ipid %d", l.IPID)
	}},
	{"ecn", number("ecn", 2, func(l *Line, n uint64) { l.ECN = uint8(n) }), unless0("ecn", func(l *Line) int { return int(l.ECN) })},
	{"cut", number("cut", 16, func(l *Line, n uint64) { l.Cut = int(n) }), unless0("cut", func(l *Line) int { return l.Cut })},
	{"badsum", func(_ *cursor, l *Line) error { l.BadSum = true; return nil }, func(l *Line) string {
		if !l.BadSum {
			return ""
		}
		return "badsum"
	}},
}

func parseAck(c *cursor, l *Line) (err error) {
	l.Ack, err = c.offset("ack", c.word())
	return err
}

func number(name string, bits int, set func(*Line, uint64)) func(*cursor, *Line) error {
	return func(c *cursor, l *Line) error {
		n, err := c.uint(name, bits)
		if err == nil {
			set(l, n)
		}
		return err
	}
}

func unless0(name string, get func(*Line) int) func(*Line) string {
	return func(l *Line) string {
		if get(l) == 0 {
			return ""
		}
		return fmt.Sprintf("%s %d", name, get(l))
	}
}
