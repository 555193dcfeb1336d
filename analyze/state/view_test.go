package state

import (
	"strings"
	"testing"
)

// pathThrough makes a path through states, without evidence.
func pathThrough(states ...State) (p Path) {
	for i := 1; i < len(states); i++ {
		p = append(p, Transition{From: states[i-1], To: states[i]})
	}
	return p
}

func tell(v View, p Path) string {
	var list []string
	for _, t := range v.Tell(p) {
		list = append(list, t.From+">"+t.To)
	}
	return strings.Join(list, " ")
}

func TestViews(t *testing.T) {
	passive := pathThrough(Closed, Listen, SynReceived, Established, CloseWait, LastAck, Closed)
	fastOpen := pathThrough(Closed, Listen, SynReceived, Established)
	fastOpen[1].FastOpen = true
	cases := []struct {
		name           string
		path           Path
		linux, freebsd string
	}{
		{"active, closing first", pathThrough(Closed, SynSent, Established, FinWait1, FinWait2, TimeWait, Closed),
			"CLOSE>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>CLOSE",
			"CLOSED>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>FIN_WAIT_1 FIN_WAIT_1>FIN_WAIT_2 FIN_WAIT_2>TIME_WAIT"},
		{"passive, closing second", passive,
			"CLOSE>LISTEN LISTEN>SYN_RECV SYN_RECV>ESTABLISHED ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE",
			"CLOSED>LISTEN CLOSED>SYN_RCVD SYN_RCVD>ESTABLISHED ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSED"},
		{"simultaneous", pathThrough(Closed, SynSent, SynReceived, Established, FinWait1, Closing, TimeWait),
			"CLOSE>SYN_SENT SYN_SENT>SYN_RECV SYN_RECV>ESTABLISHED ESTABLISHED>FIN_WAIT1 FIN_WAIT1>CLOSING CLOSING>CLOSE",
			"CLOSED>SYN_SENT SYN_SENT>SYN_RCVD SYN_RCVD>ESTABLISHED ESTABLISHED>FIN_WAIT_1 FIN_WAIT_1>CLOSING CLOSING>TIME_WAIT"},
		{"a handshake that a reset ends", pathThrough(Closed, Listen, SynReceived, Listen), "CLOSE>LISTEN", "CLOSED>LISTEN"},
		{"refused", pathThrough(Closed, SynSent, Closed), "CLOSE>SYN_SENT SYN_SENT>CLOSE", "CLOSED>SYN_SENT SYN_SENT>CLOSED"},
		{"fast open", fastOpen, "CLOSE>LISTEN LISTEN>SYN_RECV SYN_RECV>ESTABLISHED", "CLOSED>LISTEN CLOSED>SYN_RCVD SYN_RCVD>ESTABLISHED"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := tell(ViewLinux, c.path); got != c.linux {
				t.Errorf("linux: %s, want %s", got, c.linux)
			}
			if got := tell(ViewFreeBSD, c.path); got != c.freebsd {
				t.Errorf("freebsd: %s, want %s", got, c.freebsd)
			}
			if got := len(ViewRFC.Tell(c.path)); got != len(c.path) {
				t.Errorf("rfc tells %d of %d transitions", got, len(c.path))
			}
		})
	}
}

// With Fast Open Linux makes the socket at the SYN and not at the last ACK.
func TestFastOpenSocketIsBornAtTheSYN(t *testing.T) {
	p := pathThrough(Closed, Listen, SynReceived, Established)
	p[1].FastOpen, p[1].Frame, p[2].Frame = true, 1, 4
	if got := ViewLinux.Tell(p)[1].Frame; got != 1 {
		t.Errorf("born at frame %d, want 1", got)
	}
}
