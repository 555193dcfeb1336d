package witness

import (
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
)

// The probes of the notebooks whose data is read.
const (
	probeChange  = "tcp_state_change"
	probeSegment = "tcp_do_segment"
	probeClose   = "soclose"
)

// takeDTrace reads what the L41 notebooks' scripts print, with or without the
// columns of dtrace(1) before it: words that begin with the role and the probe,
// objects in JSON, the numbers of a segment as name:value, or the whole data of
// a notebook as Python or JSON prints it.
func (r *reader) takeDTrace(line string) bool {
	if begin := strings.IndexByte(line, '{'); begin >= 0 && (begin == 0 || strings.Contains(line, "tcp_state")) {
		r.began = r.line
		r.gatherLine(line[begin:])
		return true
	}
	words := strings.Fields(line)
	switch {
	case strings.Contains(line, "kernel`"), len(words) >= 2 && words[0] == "CPU" && words[1] == "ID":
		return true // a stack, and the columns' names
	case strings.HasPrefix(words[len(words)-1], "ssthresh:") || strings.HasPrefix(words[len(words)-1], "snd_ssthresh:"):
		return r.probedValues(words)
	}
	for i := range len(words) - 1 {
		role := roleOf(words[i])
		if words[i] == probeClose || role != NoRole && (words[i+1] == probeChange || words[i+1] == probeSegment) {
			return r.probed(role, words[i+1], words[i+2:])
		}
	}
	return false
}

func roleOf(name string) Role {
	switch name {
	case "client":
		return ClientRole
	case "server":
		return ServerRole
	}
	return NoRole
}

// probed keeps what one firing of a probe told: the old and the new state, or
// the state, flags, sequence and acknowledgement numbers, and nanoseconds since
// the script began. soclose tells no endpoint.
func (r *reader) probed(role Role, probe string, words []string) bool {
	o := Observation{Tool: DTrace, Role: role}
	switch {
	case probe == probeClose:
		return true
	case probe == probeChange && len(words) >= 2:
		var was, is bool
		o.Was, was = stateOf(words[0])
		o.State, is = stateOf(words[1])
		if was && is {
			o.Kind, o.Shown = Change, words[0]+" → "+words[1]
			if o.State == state.Listen && !r.gathering() {
				r.run++ // the first thing that happens in a run
			}
			o.Run = r.run
			r.add(o)
			return true
		}
	case probe == probeSegment && len(words) >= 5:
		if r.segment(&o, words) {
			o.Run = r.run
			r.add(o)
			return true
		}
	}
	r.problem("not what the probe %s prints: %s", probe, shorten(strings.Join(words, " ")))
	return true
}

// segment reads the words of tcp_do_segment. The state is that before the
// segment is processed.
func (r *reader) segment(o *Observation, words []string) bool {
	seq, err := strconv.ParseUint(words[2], 10, 32)
	ack, bad := strconv.ParseUint(words[3], 10, 32)
	at, wrong := strconv.ParseUint(words[4], 10, 62)
	named := false
	o.State, named = stateOf(words[0])
	o.Kind, o.Shown = InState, words[0]
	o.Time = Time{Kind: Since, At: time.Duration(at)}
	o.Orientation = Orientation{uint32(seq), uint32(ack), synAck(words[1])}
	return named && err == nil && bad == nil && wrong == nil
}

// synAck reads the flags of a segment, as bits or as names.
func synAck(flags string) bool {
	if bits, err := strconv.ParseUint(flags, 10, 16); err == nil {
		return bits&0x12 == 0x12
	}
	return strings.Contains(flags, "SYN") && strings.Contains(flags, "ACK")
}

// probedValues reads "source:10141 dest:4000 Seq:... Time:... wnd:... cwnd:...
// ssthresh:...": the numbers are of the endpoint that received the segment.
func (r *reader) probedValues(words []string) bool {
	o := Observation{Tool: DTrace, Kind: Values}
	for _, word := range words {
		name, text, found := strings.Cut(word, ":")
		n, err := strconv.ParseUint(text, 10, 62)
		if !found || err != nil {
			continue
		}
		name = strings.TrimPrefix(name, "snd_")
		switch name {
		case "source":
			o.Remote.Port = uint16(n)
		case "dest":
			o.Local.Port = uint16(n)
		case "Time":
			o.Time = Time{Kind: Absolute, At: time.Duration(n)}
		case "wnd":
			o.Values = append(o.Values, Value{"snd_wnd", text, int64(n), Octets})
		case "cwnd", "ssthresh":
			o.Values = append(o.Values, Value{name, text, int64(n), Octets})
		}
	}
	if o.Local.Port == 0 || o.Remote.Port == 0 || len(o.Values) == 0 {
		return false
	}
	r.add(o)
	return true
}

// gathering tells whether a notebook's data is not complete yet.
func (r *reader) gathering() bool { return r.gather.Len() > 0 }

// gatherLine adds a line to a notebook's data, and reads it once its brackets
// are closed.
func (r *reader) gatherLine(line string) {
	if r.gather.Len()+len(line) > MaxLine {
		r.problem("a notebook's data of more than %d bytes; it is left out", MaxLine)
		r.endGathering()
		return
	}
	r.gather.WriteString(line)
	r.gather.WriteByte('\n')
	if !r.nesting.add(line) {
		return
	}
	end := r.line
	r.notebook(r.gather.String())
	r.endGathering()
	r.line = end
}

func (r *reader) endGathering() {
	r.gather.Reset()
	r.nesting = brackets{}
}

// notebook reads one object after the other.
func (r *reader) notebook(text string) {
	p := literal{text: text, line: r.began}
	before := len(r.text.Observations)
	for p.more() {
		n, ok := p.node(0)
		if !ok {
			break
		}
		r.tell(&n, nil)
	}
	if r.line = r.began; len(r.text.Observations) == before {
		r.problem("no data of a notebook that is known: %s", shorten(text))
	}
}

// tell walks a notebook's data: {run: {role: {probe: [row, ...]}}}, or objects
// with the names of the other script.
func (r *reader) tell(n *node, path []string) {
	if was, is := n.get("previous_tcp_state"), n.get("tcp_state"); was != nil && is != nil {
		r.tellObject(n, was.text, is.text)
		return
	}
	if last := len(path) - 1; last >= 1 && roleOf(path[last-1]) != NoRole && n.keys == nil {
		for i := range n.items {
			row := &n.items[i]
			r.line = row.line
			if path[last] == probeChange || path[last] == probeSegment {
				r.probed(roleOf(path[last-1]), path[last], row.words())
			}
		}
		return
	}
	if n.get("client") != nil && n.get("server") != nil {
		r.run++
	}
	for i := range n.items {
		if n.keys == nil {
			r.tell(&n.items[i], path)
			continue
		}
		r.tell(&n.items[i], append(path[:len(path):len(path)], n.keys[i]))
	}
}

// tellObject keeps {"timestamp", "local_port", "foreign_port",
// "previous_tcp_state", "tcp_state"}, whose time is walltimestamp.
func (r *reader) tellObject(n *node, was, is string) {
	r.line = n.line
	o := Observation{Tool: DTrace, Kind: Change, Shown: was + " → " + is}
	var good [2]bool
	o.Was, good[0] = stateOf(was)
	o.State, good[1] = stateOf(is)
	o.Local.Port, o.Remote.Port = n.port("local_port"), n.port("foreign_port")
	if at := n.get("timestamp"); at != nil {
		if ns, err := strconv.ParseUint(at.text, 10, 62); err == nil {
			o.Time = Time{Kind: Absolute, At: time.Duration(ns)}
		}
	}
	if good != [2]bool{true, true} || o.Local.wild() {
		r.problem("want states and ports: %s", shorten(was+" "+is))
		return
	}
	r.add(o)
}

func (n *node) port(key string) uint16 {
	value := n.get(key)
	if value == nil {
		return 0
	}
	p, err := strconv.ParseUint(value.text, 10, 16)
	if err != nil {
		return 0
	}
	return uint16(p)
}
