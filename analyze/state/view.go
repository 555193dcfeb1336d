package state

import "fmt"

// View is a way of telling a path: as the RFC does, or as the events that a
// system's own instrumentation would have shown for it.
type View uint8

// The views.
const (
	ViewRFC     View = iota
	ViewLinux        // inet_sock_set_state, which tcpstates prints
	ViewFreeBSD      // tcp_state_change, which the DTrace notebook traces
)

var viewNames = [...]string{"rfc", "linux", "freebsd"}

// String returns the name used on the command line.
func (v View) String() string { return viewNames[v] }

// ParseView returns the view of a name.
func ParseView(name string) (View, error) {
	for v, n := range viewNames {
		if n == name {
			return View(v), nil
		}
	}
	return ViewRFC, fmt.Errorf("unknown view %q: use rfc, linux or freebsd", name)
}

// systemNames holds each system's spelling of the states.
var systemNames = [...][NumStates]string{
	ViewRFC: stateNames,
	ViewLinux: {"CLOSE", "LISTEN", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT1",
		"FIN_WAIT2", "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT"},
	ViewFreeBSD: {"CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1",
		"FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT"},
}

// Name returns the system's spelling of a state.
func (v View) Name(s State) string { return systemNames[v][s] }

// Told is a transition under the names of a view.
type Told struct {
	From, To string
	Transition
}

// Tell returns a path as the view shows it. RFC 9293 knows one connection
// block that lives from LISTEN to CLOSED; the systems do not:
//
//   - Linux keeps a request until the handshake's last ACK and then clones the
//     listener, so LISTEN→SYN_RECV and SYN_RECV→ESTABLISHED come together at
//     that ACK (with Fast Open the clone is made at the SYN). TIME-WAIT lives
//     in a smaller socket that reports nothing: what enters it shows as CLOSE,
//     and a closed socket may do so as soon as it enters FIN_WAIT2.
//   - FreeBSD keeps a syncache entry until that ACK and makes a new block,
//     CLOSED→SYN_RCVD; it reports TIME_WAIT, but not its end.
func (v View) Tell(p Path) []Told {
	told := make([]Told, 0, len(p))
	for i, t := range p {
		if v == ViewRFC {
			told = append(told, v.told(t))
			continue
		}
		told = append(told, v.translate(p, i)...)
	}
	return told
}

func (v View) told(t Transition) Told { return Told{v.Name(t.From), v.Name(t.To), t} }

// translate gives the events that a system shows for one transition.
func (v View) translate(p Path, i int) []Told {
	t := p[i]
	switch {
	case t.From == Listen && t.To == SynReceived && !t.FastOpen, t.From == SynReceived && t.To == Listen:
		return nil // a request or syncache entry; no socket yet, or none any more
	case t.From == Listen && t.To == SynReceived:
		return []Told{v.born(t)}
	case t.From == SynReceived && i > 0 && p[i-1].From == Listen && !p[i-1].FastOpen:
		return v.passiveChild(t)
	case t.From == TimeWait:
		return nil
	case v == ViewLinux && t.To == TimeWait:
		return []Told{v.enterTimeWait(p, i)}
	}
	return []Told{v.told(t)}
}

// passiveChild gives the events of the socket that a passive open makes when
// its handshake ends.
func (v View) passiveChild(t Transition) []Told {
	if t.To == Closed {
		return nil // the handshake never ended: there was no socket
	}
	return []Told{v.born(t), v.told(t)}
}

// born is how the socket of a passive open first shows: Linux clones the
// listener, FreeBSD makes a new block.
func (v View) born(t Transition) Told {
	t.From, t.To = Listen, SynReceived
	if v == ViewFreeBSD {
		t.From = Closed
	}
	return v.told(t)
}

// enterTimeWait gives Linux's account of what the RFC calls entering
// TIME-WAIT. From FIN_WAIT2 it may come as early as that state was entered,
// where the socket had been closed rather than shut down.
func (v View) enterTimeWait(p Path, i int) Told {
	t := p[i]
	t.To = Closed
	if t.From == FinWait2 && i > 0 {
		t.Earliest, t.HasEarliest = p[i-1].Earliest, p[i-1].HasEarliest
		t.Certainty = min(t.Certainty, Assumed)
		t.Why = "after close() Linux drops the socket on entering FIN_WAIT2, after shutdown() when the peer's FIN comes"
	}
	return v.told(t)
}
