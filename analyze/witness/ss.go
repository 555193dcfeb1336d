package witness

import (
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
)

// takeSS reads a line of ss: a header, a socket, or the details of the socket
// in the line before it.
func (r *reader) takeSS(line string) bool {
	words := strings.Fields(line)
	if r.open > 0 && (line[0] == '\t' || line[0] == ' ') {
		r.details(words)
		return true
	}
	if ssHeader(words) {
		r.open, r.ssRows = 0, !strings.EqualFold(words[0], "State") && !strings.EqualFold(words[0], "Netid")
		return true
	}
	return r.ssSocket(words)
}

// ssHeader knows the row of headings, whose last two may run into each other.
func ssHeader(words []string) bool {
	return len(words) >= 4 && words[len(words)-1] != "" &&
		strings.Contains(strings.Join(words, " "), "Recv-Q Send-Q Local Address:Port")
}

// ssSocket reads [Netid] [State] Recv-Q Send-Q Local Peer, and what follows.
func (r *reader) ssSocket(words []string) bool {
	if len(words) > 0 && (words[0] == "tcp" || words[0] == "mptcp") {
		words = words[1:]
	}
	o := Observation{Tool: SS, Kind: Values}
	if len(words) > 0 {
		var named bool
		if o.State, named = stateOf(words[0]); named {
			o.Kind, o.Shown = InState, words[0]
			words = words[1:]
		} else if !r.ssRows {
			return false
		}
	}
	if len(words) < 4 || !isCount(words[0]) || !isCount(words[1]) {
		return false
	}
	var ok, also bool
	o.Local, ok = parseEndpoint(words[2])
	o.Remote, also = parseEndpoint(words[3])
	if !ok || !also {
		r.problem("want two endpoints such as 10.0.0.1:22: %s", shorten(words[2]+" "+words[3]))
		return true
	}
	if r.add(o) != nil {
		r.open = len(r.text.Observations)
		r.details(words[4:])
	}
	return true
}

func isCount(s string) bool {
	_, err := strconv.ParseUint(s, 10, 63)
	return err == nil
}

// measured are the numbers of ss that can be laid beside ours, with the unit in
// which it prints them.
var measured = map[string]struct {
	unit  Unit
	scale time.Duration // of Nanoseconds
}{
	"rto": {Nanoseconds, time.Millisecond}, "minrtt": {Nanoseconds, time.Millisecond},
	"mss": {Octets, 0}, "advmss": {Octets, 0}, "cwnd": {Packets, 0}, "ssthresh": {Packets, 0}, "snd_wnd": {Octets, 0},
	"bytes_sent": {Octets, 0}, "bytes_retrans": {Octets, 0}, "bytes_acked": {Octets, 0}, "bytes_received": {Octets, 0},
	"segs_out": {Packets, 0}, "segs_in": {Packets, 0}, "unacked": {Packets, 0},
}

// details reads what -i, -o, -e and -m add: name:value, bare words, and pairs
// such as "send 1588491bps". What cannot be laid beside anything is passed over.
func (r *reader) details(words []string) {
	o := &r.text.Observations[r.open-1]
	for _, word := range words {
		name, text, found := strings.Cut(word, ":")
		if !found || len(o.Values) > maxValues {
			continue
		}
		switch name {
		case "rtt":
			srtt, variation, _ := strings.Cut(text, "/")
			o.decimal("rtt", srtt, time.Millisecond)
			o.decimal("rttvar", variation, time.Millisecond)
		case "wscale":
			sends, receives, _ := strings.Cut(text, ",")
			o.count("snd_wscale", sends, Shift)
			o.count("rcv_wscale", receives, Shift)
		case "retrans":
			_, total, _ := strings.Cut(text, "/") // of the whole connection; before it, those on the way
			o.count("retrans", total, Packets)
		default:
			if m, known := measured[name]; known && m.unit == Nanoseconds {
				o.decimal(name, text, m.scale)
			} else if known {
				o.count(name, text, m.unit)
			}
		}
	}
}

func (o *Observation) decimal(name, text string, unit time.Duration) {
	if n, ok := parseDecimal(text, unit); ok {
		o.Values = append(o.Values, Value{name, text, n, Nanoseconds})
	}
}

func (o *Observation) count(name, text string, unit Unit) {
	if n, err := strconv.ParseUint(text, 10, 62); err == nil {
		o.Values = append(o.Values, Value{name, text, int64(n), unit})
	}
}

// value returns a number by its name.
func (o *Observation) value(name string) (n int64, ok bool) {
	for i := range o.Values {
		if o.Values[i].Name == name {
			return o.Values[i].Amount, true
		}
	}
	return 0, false
}

// listens tells whether the socket is one that waits for connections.
func (o *Observation) listens() bool {
	return o.Remote.wild() && (o.Kind == InState && o.State == state.Listen ||
		o.Kind == Change && (o.State == state.Listen || o.Was == state.Listen && o.State == state.Closed))
}
