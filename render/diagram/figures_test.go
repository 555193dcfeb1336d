package diagram

import (
	"fmt"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// rfcFigure is RFC 9293 figure 5, with its labels. The tool itself prints
// analyze/state's table; this copy is the figure that the layout is judged by.
var rfcFigure = []Edge{
	{"CLOSED", "LISTEN", "passive OPEN\ncreate TCB", false},
	{"LISTEN", "CLOSED", "CLOSE\ndelete TCB", false},
	{"CLOSED", "SYN-SENT", "active OPEN\ncreate TCB\nsnd SYN", false},
	{"SYN-SENT", "CLOSED", "CLOSE\ndelete TCB", false},
	{"LISTEN", "SYN-RECEIVED", "rcv SYN\nsnd SYN,ACK", false},
	{"LISTEN", "SYN-SENT", "SEND\nsnd SYN", false},
	{"SYN-RECEIVED", "LISTEN", "rcv RST (note 1)", false},
	{"SYN-SENT", "SYN-RECEIVED", "rcv SYN\nsnd SYN,ACK", false},
	{"SYN-RECEIVED", "ESTABLISHED", "rcv ACK of SYN", false},
	{"SYN-SENT", "ESTABLISHED", "rcv SYN,ACK\nsnd ACK", false},
	{"SYN-RECEIVED", "FIN-WAIT-1", "CLOSE\nsnd FIN", false},
	{"ESTABLISHED", "FIN-WAIT-1", "CLOSE\nsnd FIN", false},
	{"ESTABLISHED", "CLOSE-WAIT", "rcv FIN\nsnd ACK", false},
	{"FIN-WAIT-1", "FIN-WAIT-2", "rcv ACK of FIN", false},
	{"FIN-WAIT-1", "CLOSING", "rcv FIN\nsnd ACK", false},
	{"CLOSE-WAIT", "LAST-ACK", "CLOSE\nsnd FIN", false},
	{"FIN-WAIT-2", "TIME-WAIT", "rcv FIN\nsnd ACK", false},
	{"CLOSING", "TIME-WAIT", "rcv ACK of FIN", false},
	{"LAST-ACK", "CLOSED", "rcv ACK of FIN", false},
	{"TIME-WAIT", "CLOSED", "Timeout=2MSL\ndelete TCB", false},
}

// walk reads a path in a notation of one transition a field: the state, then
// what led to it as "s:" sent, "r:" received, "l:" local or "t:" timer, with
// flags and call, and its certainty as !, ?, or . at the end.
func walk(side reconstruct.Side, first string, steps ...string) Walk {
	return Walk{side, state.ViewRFC.Tell(path(first, steps...))}
}

func path(first string, steps ...string) (p state.Path) {
	at := stateOf(first)
	for _, s := range steps {
		f := strings.Split(s, "|")
		t := state.Transition{From: at, To: stateOf(f[0]), Certainty: state.Proven, Frame: 1}
		switch f[1] {
		case "s":
			t.Cause = state.Sent
		case "r":
			t.Cause = state.Received
		case "l":
			t.Cause, t.Certainty = state.Local, state.Unobserved
		case "t":
			t.Cause, t.Certainty = state.Timer, state.Unobserved
		}
		t.Flags = flagsOf(f[2])
		if len(f) > 3 {
			t.Call = f[3]
		}
		if len(f) > 4 {
			t.Certainty = map[string]state.Certainty{"?": state.Assumed, ".": state.Unobserved, "+": state.Strong}[f[4]]
		}
		p, at = append(p, t), t.To
	}
	return p
}

func stateOf(name string) state.State {
	for s := range state.State(state.NumStates) {
		if s.String() == name {
			return s
		}
	}
	panic(name)
}

func flagsOf(s string) (f decode.Flags) {
	for name := range strings.SplitSeq(s, ",") {
		f |= map[string]decode.Flags{"SYN": decode.SYN, "ACK": decode.ACK, "FIN": decode.FIN, "RST": decode.RST, "PSH": decode.PSH}[name]
	}
	return f
}

const closing = "close() or shutdown(), no later than this"

var (
	cl, sv = reconstruct.Client, reconstruct.Server

	activeOpen  = []string{"SYN-SENT|s|SYN|connect()", "ESTABLISHED|r|SYN,ACK"}
	passiveOpen = []string{"LISTEN|l||listen()", "SYN-RECEIVED|r|SYN", "ESTABLISHED|r|ACK||?"}
	closeFirst  = []string{"FIN-WAIT-1|s|FIN,ACK|" + closing, "FIN-WAIT-2|r|ACK||+", "TIME-WAIT|r|FIN,ACK"}
	closeSecond = []string{"CLOSE-WAIT|r|FIN,ACK", "LAST-ACK|s|FIN,ACK|" + closing, "CLOSED|r|ACK||?"}
	closeBoth   = []string{"FIN-WAIT-1|s|FIN,ACK|" + closing, "CLOSING|r|FIN,ACK", "TIME-WAIT|r|ACK||?"}
)

func cat(lists ...[]string) (all []string) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

type figure struct {
	name string
	g    *Graph
}

// figures is every kind of figure: the goldens, and what is looked at when the
// drawing changes.
func figures() []figure {
	ends := "10.0.0.1:40000 → 10.0.0.2:80"
	client := walk(cl, "CLOSED", cat(activeOpen, closeFirst)...)
	server := walk(sv, "CLOSED", cat(passiveOpen, closeSecond)...)
	bothClient := walk(cl, "CLOSED", cat(activeOpen, closeBoth)...)
	bothServer := walk(sv, "CLOSED", cat(passiveOpen, closeBoth)...)
	strange := walk(sv, "CLOSED", cat(passiveOpen, []string{"CLOSED|r|RST"})...)
	early := walk(sv, "CLOSED", "LISTEN|l||listen()", "SYN-RECEIVED|r|SYN", "CLOSE-WAIT|r|FIN,ACK", "CLOSED|s|RST,ACK|abort")
	simOpen := []string{"SYN-SENT|s|SYN|connect()", "SYN-RECEIVED|r|SYN", "ESTABLISHED|r|SYN,ACK"}
	linux := func(side reconstruct.Side, steps ...string) Walk {
		return Walk{side, state.ViewLinux.Tell(path("CLOSED", steps...))}
	}
	freebsd := func(side reconstruct.Side, steps ...string) Walk {
		return Walk{side, state.ViewFreeBSD.Tell(path("CLOSED", steps...))}
	}
	return []figure{
		{"close-client-first", New(ends+", client closes first", client, server)},
		{"close-server-first", New(ends+", server closes first", walk(cl, "CLOSED", cat(activeOpen, closeSecond)...), walk(sv, "CLOSED", cat(passiveOpen, closeFirst)...))},
		{"close-simultaneous", New(ends+", simultaneous close", bothClient, bothServer)},
		{"open-simultaneous", New(ends+", simultaneous open", walk(cl, "CLOSED", simOpen...), walk(sv, "CLOSED", simOpen...))},
		{"open-refused", New(ends+", refused", walk(cl, "CLOSED", "SYN-SENT|s|SYN|connect()", "CLOSED|r|RST,ACK"))},
		{"reset", New(ends+", reset by client", walk(cl, "CLOSED", cat(activeOpen, []string{"CLOSED|s|RST,ACK|abort"})...), strange)},
		{"half-close", New(ends+", half-closed", walk(cl, "CLOSED", cat(activeOpen, closeFirst[:2])...), walk(sv, "CLOSED", cat(passiveOpen, closeSecond[:1])...))},
		{"fast-open", New(ends+", Fast Open", client, walk(sv, "CLOSED", "LISTEN|l||listen()", "SYN-RECEIVED|r|SYN", "FIN-WAIT-1|s|FIN,ACK|close()", "FIN-WAIT-2|r|ACK", "TIME-WAIT|r|FIN,ACK", "CLOSED|t||"))},
		{"mid-stream", New("Capture starts in mid-stream", walk(cl, "ESTABLISHED", closeFirst...), walk(sv, "ESTABLISHED", closeSecond...))},
		{"one-endpoint", New("10.0.0.2:80", server)},
		{"one-transition", New("", walk(cl, "CLOSED", "SYN-SENT|s|SYN|connect()"))},
		{"nothing", New("10.0.0.1:40000 → 10.0.0.2:80", Walk{Side: cl}, Walk{Side: sv})},
		{"merged", New("5 ms latency, 50 connections", merged()...)},
		{"merged-overlay", Overlay("50 connections on the machine of RFC 9293", ruleEdges(), merged()...)},
		{"overlay", Overlay(ends+", on the machine of RFC 9293", rfcFigure, client, server)},
		{"overlay-foreign", Overlay(ends+", on the machine of RFC 9293", ruleEdges(), walk(cl, "CLOSED", cat(activeOpen, []string{"CLOSED|s|RST,ACK|abort"})...), early)},
		{"reference", Reference("RFC 9293 figure 5", rfcFigure)},
		{"reference-rules", Reference("The machine, with resets", ruleEdges())},
		{"linux", New(ends+", as Linux tells it", linux(cl, cat(activeOpen, closeFirst)...), linux(sv, cat(passiveOpen, closeSecond)...))},
		{"freebsd", New(ends+", as FreeBSD tells it", freebsd(cl, cat(activeOpen, closeBoth)...), freebsd(sv, cat(passiveOpen, closeBoth)...))},
	}
}

func merged() (all []Walk) {
	for i := range 50 {
		c, s := closeFirst, closeSecond
		switch {
		case i%10 == 3:
			c, s = closeBoth, closeBoth
		case i%10 == 7:
			c, s = closeSecond, closeFirst
		case i == 11:
			c, s = []string{"CLOSED|s|RST,ACK|abort"}, []string{"CLOSED|r|RST,ACK"}
		case i == 15:
			c = []string{"FIN-WAIT-1|s|FIN,PSH,ACK|close()", "FIN-WAIT-2|r|ACK", "CLOSED|r|RST"}
		}
		all = append(all, walk(cl, "CLOSED", cat(activeOpen, c)...), walk(sv, "CLOSED", cat(passiveOpen, s)...))
	}
	return append(all, walk(cl, "CLOSED", "SYN-SENT|s|SYN|connect()", "CLOSED|r|RST,ACK"))
}

func ruleEdges() (all []Edge) {
	merged := map[[2]string]int{}
	for _, r := range state.Rules() {
		key := [2]string{r.From.String(), r.To.String()}
		if i, ok := merged[key]; ok {
			all[i].Label += "\n" + r.Event.String()
			continue
		}
		merged[key] = len(all)
		all = append(all, Edge{key[0], key[1], r.Event.String(), !r.Figure})
	}
	return all
}

// crowd is a graph of any edges at all, for the tests of geometry.
func crowd(pairs [][2]int, lines int) *Graph {
	var edges []Edge
	for i, p := range pairs {
		label := fmt.Sprintf("label %d", i)
		for k := range lines {
			label += fmt.Sprintf("\nline %d of it", k)
		}
		edges = append(edges, Edge{state.State(p[0]).String(), state.State(p[1]).String(), label, false})
	}
	return Reference("crowd", edges)
}
