package witness

import (
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/state"
)

// stateNames are the systems' spellings without case, hyphens and underscores:
// ESTAB, SYN-RECV, FIN-WAIT-1 (ss); SYN_RECV, FIN_WAIT1 (netstat, tcpstates);
// SYN_RCVD, FIN_WAIT_1 (FreeBSD); state-syn-received (DTrace's tcp_state_string);
// CLOSED, SYN_RECEIVED (others). It is never written to.
var stateNames = map[string]state.State{
	"CLOSED": state.Closed, "CLOSE": state.Closed, "UNCONN": state.Closed,
	"LISTEN": state.Listen, "LISTENING": state.Listen,
	"SYNSENT":     state.SynSent,
	"SYNRECEIVED": state.SynReceived, "SYNRECV": state.SynReceived, "SYNRCVD": state.SynReceived, "NEWSYNRECV": state.SynReceived,
	"ESTABLISHED": state.Established, "ESTAB": state.Established,
	"FINWAIT1": state.FinWait1, "FINWAIT2": state.FinWait2,
	"CLOSEWAIT": state.CloseWait, "CLOSING": state.Closing, "LASTACK": state.LastAck,
	"TIMEWAIT": state.TimeWait,
}

// stateOf returns the state that a tool's name stands for. A name has a bounded
// length, so that a long word costs nothing.
func stateOf(name string) (s state.State, ok bool) {
	if len(name) > 20 {
		return s, false
	}
	name = strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(name), "TCP_"), "STATE-")
	name = strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), "_", "")
	s, ok = stateNames[name]
	return s, ok
}
