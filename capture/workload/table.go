package workload

import (
	"cmp"
	"context"
	"fmt"
	"strings"
)

// Workload is one situation of the labs.
type Workload struct {
	Name  string
	Shows string // what a capture of it shows, in one sentence
	Lab   string // where the question comes from
	run   func(context.Context, *Env) error
}

// The labs, as files of the collection of labs are numbered.
const (
	l41         = "L41 (1, 3)"
	packetdrill = "packetdrill exercises (2)"
	tcpstates   = "eBPF tcpstates (4)"
	sockets     = "TCP sockets and the state diagram (5)"
	essentials  = "TCP essentials, beside (5)"
)

// Table returns all workloads. A new one is a function and a row.
func Table() []Workload {
	return []Workload{
		{"refused", "SYN to a port where nobody listens: answered by RST,ACK.", sockets, refused},
		{"udp-closed", "A datagram to a port where nobody receives: answered by ICMP port unreachable.", sockets, udpClosed},
		{"unanswered", "SYN after SYN without an answer, until the caller gives up.", tcpstates, unanswered},
		{"establishment", "Which of socket, bind, listen, connect and accept send packets: pauses between them.", sockets, establishment},
		{"send-receive", "Sequence and acknowledgement numbers of two short messages, before and after they are read.", sockets, sendReceive},
		{"termination", "FIN-WAIT-2 and CLOSE-WAIT held for a while: the two sides shut down one after the other.", sockets, termination},
		{"half-close", "Data to a side that has sent its FIN already.", sockets, halfClose},
		{"simultaneous-open", "SYNs that cross: both sides go from SYN-SENT to SYN-RECEIVED.", packetdrill, simultaneousOpen},
		{"simultaneous-close", "Two close calls at the same moment: FINs that cross, where the link is slow enough.", l41, simultaneousClose},
		{"reset-by-client", "The client aborts: RST in place of FIN.", packetdrill, resetBy(Client)},
		{"reset-by-server", "The server aborts: RST in place of FIN.", packetdrill, resetBy(Server)},
		{"reset-unread-client", "The client closes with data unread: RST in place of FIN.", packetdrill, resetUnreadBy(Client)},
		{"reset-unread-server", "The server closes with data unread: RST in place of FIN.", packetdrill, resetUnreadBy(Server)},
		{"http", "A short request and its answer.", tcpstates, http},
		{"https", "The same inside TLS, whose handshake prolongs ESTABLISHED.", tcpstates, https},
		{"slow-download", "A client that limits its own rate: the window follows the reader.", tcpstates, slowDownload},
		{"keep-alive", "Probes on an idle connection.", essentials, keepAlive},
		{"zero-window", "A reader that stops: the window closes, is probed, and opens again.", essentials, zeroWindow},
		{"short-connections", "Many connections one after the other, each with its own port.", tcpstates, shortConnections},
		{"port-reuse", "The same four addresses and ports again at once, out of TIME-WAIT.", packetdrill, portReuse},
		{"time-wait", "A server's port that TIME-WAIT holds, and SO_REUSEADDR that frees it.", sockets, timeWait},
		{"nagle", "Two small writes and a wait: the second is held until the delayed ACK.", essentials, twoWrites(false)},
		{"no-delay", "The same with TCP_NODELAY: nothing is held.", essentials, twoWrites(true)},
	}
}

// ByName returns the workload of that name, or a *UsageError with the names.
func ByName(name string) (Workload, error) {
	var names []string
	for _, w := range Table() {
		if w.Name == name {
			return w, nil
		}
		names = append(names, w.Name)
	}
	return Workload{}, &UsageError{Problem: fmt.Sprintf("no workload %q", name), Hint: strings.Join(names, ", ")}
}

// Run runs the workload. All its sockets are closed when it returns. An error
// says that the situation did not come about.
func (w Workload) Run(ctx context.Context, env *Env) error {
	limit := cmp.Or(env.Limit, defaultLimit)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not done after %v", limit))
	defer cancel()
	err := w.run(ctx, env)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx) // all else followed from it
	}
	return fmt.Errorf("workload %s: %w", w.Name, err)
}
