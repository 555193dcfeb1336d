package witness

import "strings"

// takeLsof reads a line of lsof -i: COMMAND PID ... TCP local->remote (STATE).
// What stands before TCP differs by options, and a command may hold spaces.
func (r *reader) takeLsof(line string) bool {
	words := strings.Fields(line)
	if len(words) >= 4 && words[0] == "COMMAND" && words[1] == "PID" {
		return true
	}
	for i := len(words) - 1; i > 1; i-- {
		if words[i-1] == "TCP" && strings.Contains(words[i], ":") {
			return r.lsofSocket(words[i], words[i+1:])
		}
	}
	return false
}

func (r *reader) lsofSocket(name string, rest []string) bool {
	local, remote, _ := strings.Cut(name, "->")
	o := Observation{Tool: Lsof, Kind: InState}
	ok, also := false, remote == ""
	o.Local, ok = parseEndpoint(local)
	if remote != "" {
		o.Remote, also = parseEndpoint(remote)
	}
	if !ok || !also {
		r.problem("want endpoints such as 10.0.0.1:22->10.0.0.2:40000: %s", shorten(name))
		return true
	}
	if len(rest) == 0 {
		r.problem("no state behind %s (hint: lsof -n -i tcp without -T)", shorten(name))
		return true
	}
	o.Shown = strings.Trim(rest[0], "()")
	if o.State, ok = stateOf(o.Shown); !ok {
		r.problem("no state of TCP: %s", shorten(o.Shown))
		return true
	}
	r.add(o)
	return true
}

// takeNetstat reads a line of netstat -t: Proto Recv-Q Send-Q Local Foreign
// State, which the BSDs write with a dot before the port.
func (r *reader) takeNetstat(line string) bool {
	words := strings.Fields(line)
	if len(words) < 2 {
		return false
	}
	if words[0] == "Proto" && words[1] == "Recv-Q" || words[0] == "Active" && words[1] == "Internet" {
		return true
	}
	if !strings.HasPrefix(words[0], "tcp") || len(words) < 6 || !isCount(words[1]) || !isCount(words[2]) {
		return false
	}
	o := Observation{Tool: Netstat, Kind: InState, Shown: words[5]}
	var named, ok, also bool
	if o.State, named = stateOf(words[5]); !named {
		r.problem("no state of TCP: %s", shorten(words[5]))
		return true
	}
	o.Local, ok = parseEndpoint(colon(words[3]))
	o.Remote, also = parseEndpoint(colon(words[4]))
	if !ok || !also {
		r.problem("want endpoints such as 10.0.0.1:22: %s", shorten(words[3]+" "+words[4]))
		return true
	}
	r.add(o)
	return true
}

// colon puts a colon before a port that stands behind a dot.
func colon(s string) string {
	dot := strings.LastIndexByte(s, '.')
	if dot < strings.LastIndexByte(s, ':') || dot < 0 {
		return s
	}
	return s[:dot] + ":" + s[dot+1:]
}
