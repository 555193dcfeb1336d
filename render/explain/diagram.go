package explain

import (
	"fmt"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// diagram compares what was observed with the RFC's figure, edge by edge.
func (t *teller) diagram() (lines []string) {
	lines = append(lines, "The figure is figure 5 of RFC 9293, which is figure 6 of RFC 793 with the corrections of RFC 1122 4.2.2.8, drawn or in its notes.")
	var been [state.NumStates]bool
	var absent, elsewhere []string
	for _, side := range reconstruct.Sides {
		been[t.States.Start[side]] = been[t.States.Start[side]] || t.States.Known[side]
		for _, tr := range t.States.Paths[side] {
			been[tr.From], been[tr.To] = true, true
		}
	}
	for _, r := range state.Rules() {
		edge := fmt.Sprintf("%s → %s (%s)", r.From, r.To, r.Event)
		switch taken := t.took(&r); {
		case taken && !r.Figure:
			lines = append(lines, "Observed, and not in the figure: "+edge+": "+r.Meaning+". "+omission(&r))
		case taken || !r.Figure:
		case !been[r.From]:
			elsewhere = append(elsewhere, edge)
		default:
			absent = append(absent, "In the figure, and not observed: "+edge+". "+absence(&r))
		}
	}
	lines = append(append(lines, t.atOnce()...), absent...)
	if len(elsewhere) > 0 {
		lines = append(lines, "In the figure, and not observed since no side is shown in the state where they begin: "+strings.Join(elsewhere, ", ")+".")
	}
	return append(lines,
		"A server's listening socket stays in LISTEN while a connection has a state of its own. Linux and FreeBSD make the connection's socket only when the handshake ends; flowstate states with --view linux or --view freebsd tells the path as these systems show it.")
}

// took tells whether either side made the transition of a rule.
func (t *teller) took(r *state.Rule) bool {
	for _, side := range reconstruct.Sides {
		for i := range t.States.Paths[side] {
			tr := &t.States.Paths[side][i]
			if tr.From == r.From && tr.To == r.To && fits(r.Event, tr) {
				return true
			}
		}
	}
	return false
}

// fits tells whether an event is the one of a transition, of those events that
// lead from its one state to its other.
func fits(e state.Event, tr *state.Transition) bool {
	reset := tr.Flags.Has(decode.RST)
	switch e {
	case state.ReceiveRST, state.ReceiveRSTPassive:
		return tr.Cause == state.Received && reset
	case state.SendRST:
		return tr.Cause == state.Sent && reset
	case state.PassiveOpen, state.GiveUp:
		return tr.Cause == state.Local
	case state.TwoMSL:
		return tr.Cause == state.Timer
	case state.ReceiveSYNACK:
		return tr.Cause == state.Received && !reset && tr.Flags.Has(decode.SYN)
	case state.ReceiveACKOfSYN:
		return tr.Cause == state.Received && !reset && !tr.Flags.Has(decode.SYN)
	}
	return (tr.Cause == state.Sent || tr.Cause == state.Received) && !reset
}

// omission is why the figure lacks an edge.
func omission(r *state.Rule) string {
	if r.Event == state.ReceiveSYNACK {
		return "The figure names an ACK of the SYN there; here the peer's SYN,ACK brought it (" + r.RFC + ")."
	}
	return "The figure leaves out resets, aborts and giving up (" + r.RFC + ")."
}

// atOnce tells of segments that moved a side twice.
func (t *teller) atOnce() (lines []string) {
	for _, side := range reconstruct.Sides {
		path := t.States.Paths[side]
		for i := 1; i < len(path); i++ {
			a, b := &path[i-1], &path[i]
			if a.Frame == 0 || a.Frame != b.Frame || a.Cause != state.Received || b.Cause != state.Received {
				continue
			}
			line := fmt.Sprintf("Frame %d moved the %s twice, %s → %s → %s, since its acknowledgement is processed before its FIN (RFC 9293 3.10.7.4).", a.Frame, side, a.From, a.To, b.To)
			if a.From == state.FinWait1 {
				line += " RFC 1122 4.2.2.8 calls this going directly from FIN-WAIT-1 to TIME-WAIT, and the figure leaves it to a note."
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// reasons say why edges of the figure were not observed from a state in which a
// side was.
var reasons = map[state.Event]string{
	state.TwoMSL:            "A timer ends TIME-WAIT, which puts nothing on the wire.",
	state.GiveUp:            "Nothing is sent for it, so a capture shows at most that nothing follows.",
	state.PassiveOpen:       "Nothing captured shows that a side listened.",
	state.ReceiveRSTPassive: "No reset that counts came to a passive opener in that state.",
}

// absence is why an edge of the figure was not observed.
func absence(r *state.Rule) string {
	switch {
	case r.From == state.Listen && r.Event == state.SendSYN:
		return "Sockets have no call that makes a listening one connect."
	case r.From == state.SynSent && r.Event == state.ReceiveSYN:
		return "The open was not simultaneous, as far as the capture shows."
	case r.From == state.FinWait1 && r.Event == state.ReceiveFIN:
		return "No FIN is shown to have come before the acknowledgement of that side's own, as in a simultaneous close."
	case r.From == state.SynReceived && r.Event == state.SendFIN:
		return "No side closed before its SYN was acknowledged."
	}
	if reason, ok := reasons[r.Event]; ok {
		return reason
	}
	return "No captured segment shows this event in that state."
}
