package explain

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// calls tells which socket calls put packets on the wire, with those of this
// connection.
func (t *teller) calls() (lines []string) {
	for _, side := range reconstruct.Sides {
		for _, tr := range t.States.Paths[side] {
			if tr.Cause == state.Sent && tr.Call != "" {
				lines = append(lines, fmt.Sprintf("The %s sent %s%s: this implies %s.", side, flags(tr.Flags), t.place(tr.Frame), implied(&tr)))
			}
		}
		if n := t.Half[side].Unique; n > 0 {
			lines = append(lines, fmt.Sprintf("The %s sent %s of data, each counted once: send() or write() handed them to the kernel. The kernel cuts segments as it sees fit, so segments and calls need not match.", side, Count(n, "octet")))
		}
	}
	lines = append(lines, t.handshakeAnswer()...)
	return append(lines,
		"socket(), bind(), listen() and accept() send nothing. A listening socket's kernel answers a SYN and ends the handshake by itself; accept() takes a connection that is there already, on Linux and the BSDs.",
		"recv() and read() send no data. Acknowledgements are sent by the kernel when data comes, not by these calls; but emptying a full buffer can make it send a window update.",
		"close() sends a FIN behind all data that is still to be sent, and shutdown() for writing does too. With SO_LINGER set to 0, close() sends a reset instead (RFC 9293 3.10.5, ABORT), and with data unread it should (RFC 1122 4.2.2.13), as Linux does.")
}

// handshakeAnswer tells how soon the SYN,ACK followed the SYN.
func (t *teller) handshakeAnswer() []string {
	if t.States.Open != state.OpenThreeWay {
		return nil
	}
	var syn, answer *ladder.Row
	for _, item := range t.items {
		r := item.Row
		if r == nil || !r.Whole || !r.Flags.Has(decode.SYN) {
			continue
		}
		if r.Marks&repeats != 0 {
			return nil // nothing tells which copy was answered
		}
		if r.Flags.Has(decode.ACK) {
			answer = r
		} else {
			syn = r
		}
	}
	if syn == nil || answer == nil || answer.At < syn.At {
		return nil
	}
	return []string{fmt.Sprintf("The SYN,ACK (frame %d) followed the SYN (frame %d) by %s s at the tap. The server's kernel sent it: accept() gives a program a connection only once the handshake has ended.",
		answer.Frame, syn.Frame, Time(answer.At-syn.At))}
}

// latency tells what the round trip did here, and would do if it were longer.
func (t *teller) latency() (lines []string) {
	if rtt := t.States.HandshakeRTT; rtt > 0 {
		lines = append(lines, fmt.Sprintf("From the SYN to the acknowledgement of the SYN,ACK it took %s s: one round trip and the time in which both ends answered.", Time(rtt)))
	}
	switch t.States.Open {
	case state.OpenThreeWay:
		lines = append(lines, "SYN-SENT at the client and SYN-RECEIVED at the server last about a round trip each where nothing is lost, so both grow with latency.")
	case state.OpenUnanswered, state.OpenMidStream:
		return lines
	}
	switch t.States.Close {
	case state.CloseClientFirst, state.CloseServerFirst:
		lines = append(lines,
			"FIN-WAIT-1 and LAST-ACK last about a round trip each where the FIN is acknowledged at once, so both grow with latency. FIN-WAIT-2 and CLOSE-WAIT also last as long as the second program takes to close.",
			"If the second program closes at a time of its own, and does not wait for the end of the stream, a one-way delay longer than the gap between the two close() calls lets the FINs cross: both sides then go through CLOSING. That is how latency changes the path in the L41 lab. If it closes because it read the end of the stream, latency alone does not change the path.")
	case state.CloseSimultaneous:
		lines = append(lines, "The FINs crossed: each was sent before the other came, so the time between them was shorter than the one-way delay, unless one was lost on the way. With a shorter delay than that time, one side would have had the other's FIN before it closed, and would have gone through CLOSE-WAIT and LAST-ACK.")
	}
	if len(lines) > 0 {
		lines = append(lines, "flowstate explain --task l41-lab3 with several captures, or a folder of them, compares their states and closes by latency.")
	}
	return lines
}

// limits tells what no capture shows, and what this one does not.
func (t *teller) limits() (lines []string) {
	lines = append(lines,
		"When a server began to listen, the backlog, what lies in the sockets' buffers (Recv-Q and Send-Q of ss), processes and file descriptors: no packet carries them. ss and lsof on that host show them.",
		"When a program made a call. The packet that the call causes leaves after it, at once or not. strace, or the program itself, tells.")
	for _, side := range reconstruct.Sides {
		if final, known := t.States.Final(side); known && final == state.TimeWait {
			lines = append(lines, fmt.Sprintf("When TIME-WAIT of the %s ends: its timer sends nothing. ss -o on that host shows the timer.", side))
		}
	}
	switch t.States.Vantage {
	case state.VantageUnknown:
		lines = append(lines, "When either side sent or received a packet: the packets do not tell how far the tap was from either. A capture at that side tells.")
	case state.VantageBetween:
		lines = append(lines, "When either side sent or received a packet: the tap stood between them and saw it pass. A capture at that side tells, and flowstate join puts two together.")
	}
	for _, side := range reconstruct.Sides {
		if n := t.Half[side].Missing; n > 0 {
			lines = append(lines, fmt.Sprintf("%s that the %s sent and its peer acknowledged: the capture lacks them.", Count(n, "octet"), side))
		}
	}
	return lines
}
