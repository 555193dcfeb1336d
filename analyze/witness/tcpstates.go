package witness

import (
	"strings"
	"time"
)

// takeTcpstates reads a line of tcpstates, from its end: before OLDSTATE ->
// NEWSTATE MS stand four fields that are always there, and before those what
// the options ask for and a command that may hold spaces.
func (r *reader) takeTcpstates(line string) bool {
	if strings.Contains(line, "OLDSTATE") && strings.Contains(line, "NEWSTATE") {
		return true
	}
	words, arrow := tcpstatesWords(line)
	if arrow < 5 || arrow+2 > len(words) {
		return false
	}
	o := Observation{Tool: Tcpstates, Kind: Change}
	var was, is bool
	o.Was, was = stateOf(words[arrow-1])
	o.State, is = stateOf(words[arrow+1])
	if !was || !is {
		return false
	}
	o.Shown = words[arrow-1] + " → " + words[arrow+1]
	var ok, also bool
	o.Local, ok = addressed(words[arrow-5], words[arrow-4])
	o.Remote, also = addressed(words[arrow-3], words[arrow-2])
	if !ok || !also {
		r.problem("want LADDR LPORT RADDR RPORT before the states: %s", shorten(strings.Join(words[arrow-5:arrow-1], " ")))
		return true
	}
	o.leading(words[:arrow-5])
	if arrow+2 < len(words) {
		var took int64
		took, o.HasTook = parseDecimal(words[arrow+2], time.Millisecond)
		o.Took = time.Duration(took)
	}
	r.add(o)
	return true
}

// tcpstatesWords splits a line, with commas or without, so that arrow is the
// index between the states. CSV has no arrow: one is put in.
func tcpstatesWords(line string) (words []string, arrow int) {
	if !strings.Contains(line, "->") && strings.Count(line, ",") >= 8 {
		words = strings.Split(line, ",")
		last := len(words) - 2 // NEWSTATE, before MS
		words = append(words[:last:last], append([]string{"->"}, words[last:]...)...)
		return words, last
	}
	words = strings.Fields(line)
	for i, word := range words {
		if word == "->" {
			return words, i
		}
	}
	return words, -1
}

// leading reads what stands before the addresses: with -t the seconds since the
// first line, and the kernel's address of the socket.
func (o *Observation) leading(words []string) {
	for _, word := range words[:min(len(words), 2)] {
		if t, ok := parseTime(word); ok {
			o.Time = t
		} else if isHex(word) {
			o.Socket = word
			return
		} else if at, ok := parseDecimal(word, time.Second); ok && strings.Contains(word, ".") {
			o.Time = Time{Kind: Since, At: time.Duration(at)}
		}
	}
}

// isHex knows an address of the kernel, or a pointer of FreeBSD's.
func isHex(s string) bool {
	s = strings.TrimPrefix(s, "0x")
	if len(s) < 8 || len(s) > 16 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

// bindPorts gives a row without a local port, as connect() has it, the one that
// the rows after it have for the same socket.
func (t *Text) bindPorts() {
	ports := map[string]uint16{}
	for i := len(t.Observations) - 1; i >= 0; i-- {
		o := &t.Observations[i]
		switch {
		case o.Socket == "":
		case o.Local.Port != 0:
			ports[o.Socket] = o.Local.Port
		default:
			o.Local.Port = ports[o.Socket]
			delete(ports, o.Socket) // another socket may have had this address before
		}
	}
}
