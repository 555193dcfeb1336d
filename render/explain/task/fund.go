package task

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/course"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// fund answers for each connection.
type fund struct {
	Request
	open book
	list []*explain.Document
}

func beginFund(r Request) Teller {
	return &fund{Request: r, open: newBook(true)}
}

func (f *fund) Observe(s *analyze.Segment) { f.open.observe(s) }

func (f *fund) End(c *analyze.Connection) {
	e := f.open.take(c)
	f.list = append(f.list, newTransfer(f.Request, c, e).fund(e.rows.Ladder(c, explain.Rows())))
}

func (f *fund) Documents() []*explain.Document {
	slices.SortFunc(f.list, func(a, b *explain.Document) int { return cmp.Compare(*a.Conn, *b.Conn) })
	if f.Chosen {
		return f.list
	}
	if d := explain.ICMP(f.File, f.Findings()); d != nil {
		return append(f.list, fundICMP(d))
	}
	return f.list
}

// fundICMP makes the document on ICMP errors one of the task.
func fundICMP(icmp *explain.Document) *explain.Document {
	d := explain.New(icmp.File, icmp.File+": the UDP case of Fund's lab on TCP sockets")
	d.Task = "fund-tcp-socket"
	d.Add("definitions", "What counts as what", "An ICMP error belongs here when the packet that it quotes is of no TCP connection in the capture, as one about a closed UDP port.")
	d.Sections = append(d.Sections, icmp.Sections...)
	d.Add("unknown", "What this capture cannot answer", "Which call of the program failed with ECONNREFUSED: a connected UDP socket learns of the error at a later call, another socket does not at all.")
	return d
}

var fundDefinitions = []string{
	"Numbers are raw, as in the headers. Times are in seconds after the connection's first packet. Romeo is the client here, juliet the server.",
	"A state is changed by what an endpoint sends or receives, or by a call. For each change the packet is named, and how it is known: proven by sequence and acknowledgement numbers, strong (proven, with its time bounded on one side), assumed (it needs that nothing was lost between the tap and that end) or unobserved (a call or a timer, without a packet).",
}

func (t *transfer) fund(l *ladder.Ladder) *explain.Document {
	whole := explain.Connection(t.File, t.Connection, l)
	d := explain.New(t.File, fmt.Sprintf("%s, connection %d: the questions of Fund's lab on TCP sockets and the state diagram", t.File, t.Number))
	d.Conn, d.Task = whole.Conn, "fund-tcp-socket"
	d.Add("definitions", "What counts as what", fundDefinitions...)
	d.Copy(whole, "overview", "The connection")
	if t.States.Open == state.OpenRefused || whole.Section("refused") != nil {
		d.Copy(whole, "refused", "Connection refused: what told so, and how UDP differs")
	}
	for _, side := range reconstruct.Sides {
		d.Add("open-"+side.String(), "Establishment: the states of the "+side.String()+" with the packet at each change", explain.Steps(t.Connection, l, side, true)...)
	}
	d.Copy(whole, "options", "Options used by both endpoints")
	d.Copy(whole, "calls", "Socket calls that put packets on the network")
	d.Add("synack-time", "When the SYN,ACK is sent", t.synAckTime()...)
	d.Add("ack-time", "When the acknowledgement of data is sent", t.ackTime()...)
	d.Copy(whole, "numbers", "How sequence and acknowledgement numbers are computed")
	for _, side := range reconstruct.Sides {
		d.Add("close-"+side.String(), "Termination: the states of the "+side.String()+" with the packet at each change", explain.Steps(t.Connection, l, side, false)...)
	}
	d.Add("half-close", "Between the two FINs", t.halfClose()...)
	d.Copy(whole, "diagram", "The observed transitions against the RFC's figure")
	d.Copy(whole, "limits", "What this capture cannot answer")
	d.Sections[len(d.Sections)-1].ID = "unknown"
	unknown := &d.Sections[len(d.Sections)-1]
	unknown.Lines = append(unknown.Lines, "What ss and lsof printed: states and queues of sockets at a moment. Run them beside the capture; flowstate states --beside lays what they printed beside the path.",
		"How the other end saw the packets. Two captures, one on romeo and one on juliet, tell it: flowstate join.")
	return d
}

// typing is less than a person takes to type a call and press the key.
const typing = 100 * time.Millisecond

// synAckTime is the evidence that the kernel answers a SYN.
func (t *transfer) synAckTime() []string {
	syn, answer := &t.Result.Half[reconstruct.Client].SYN, &t.Result.Half[reconstruct.Server].SYN
	const rule = "The operating system sends it as soon as the SYN comes to a listening socket, before and without accept(): accept() takes a connection whose handshake has ended (on Linux and the BSDs)."
	switch {
	case answer.Frame == 0 || syn.Frame == 0 || t.States.Open != state.OpenThreeWay:
		return []string{rule, "This capture holds no SYN with its SYN,ACK to show it."}
	case answer.At < syn.At:
		return []string{rule, "Here the clock of the capture went back between the two, so their times are no evidence."}
	case t.Result.Half[reconstruct.Client].SYNs > 1 || t.Result.Half[reconstruct.Server].SYNs > 1:
		return []string{rule, "Here one of the two was sent again, so their times are no evidence."}
	}
	gap := answer.At.Sub(syn.At)
	lines := []string{rule, fmt.Sprintf("Evidence: the SYN,ACK (frame %d) followed the SYN (frame %d) by %s s at the tap.", answer.Frame, syn.Frame, explain.Time(gap))}
	switch {
	case !near(t.States.Vantage, reconstruct.Server):
		lines = append(lines, "The tap is not known to be at the server, so that may hold the way there and back too.")
	case gap < typing:
		lines = append(lines, "The tap is at the server, so that is what the server itself took: too short for a person to type accept() meanwhile.")
	default:
		lines = append(lines, "The tap is at the server, so that is what the server itself took.")
	}
	return append(lines, "No packet tells when accept() was called. Call it late on purpose, as the lab does: the SYN,ACK does not wait for it.")
}

// ackTime is the evidence that the kernel acknowledges data.
func (t *transfer) ackTime() []string {
	lines := []string{"The operating system sends it when the data has come into the socket's receive buffer, whether or not a program has called recv(). The acknowledgement may wait up to half a second to be sent together with others or with data (RFC 9293 3.8.6.3)."}
	for _, side := range reconstruct.Sides {
		h := &t.Result.Half[side]
		i := slices.IndexFunc(h.First, func(s course.Sent) bool { _, ok := s.RTT(); return ok })
		if i < 0 {
			continue
		}
		s := &h.First[i]
		rtt, _ := s.RTT()
		lines = append(lines, fmt.Sprintf("Evidence: frame %d with %s from the %s was acknowledged by frame %d after %s s at the tap%s.",
			s.Frame, explain.Count(int64(s.Len), "octet"), side, s.Answer.Frame, explain.Time(rtt), t.otherEnd(side, &s.Answer)))
	}
	if len(lines) == 1 {
		return append(lines, "This capture holds no data with its acknowledgement to show it.")
	}
	return append(lines, "That recv() was not called by then, only ss can show: the octets stand in Recv-Q. In a capture the advertised window tells that a buffer fills when it shrinks by what was received.")
}

// otherEnd says what the time of an acknowledgement holds.
func (t *transfer) otherEnd(side reconstruct.Side, answer *course.Packet) string {
	text := ", which holds the way to the other end and back"
	if near(t.States.Vantage, t.Peer(side)) {
		text = ", which is what the receiving host took"
	}
	if answer.Len > 0 {
		text += fmt.Sprintf("; it came with %s of data of a program's own", explain.Count(int64(answer.Len), "octet"))
	}
	return text
}

// halfClose tells what happened between the two FINs.
func (t *transfer) halfClose() []string {
	h := &t.Connection.Half
	if !h[0].FINSeen || !h[1].FINSeen {
		return nil
	}
	a, b := t.Result.Half[0].LastFIN, t.Result.Half[1].LastFIN
	gap, first := b.Sub(a), reconstruct.Client
	if gap < 0 {
		gap, first = -gap, reconstruct.Server
	}
	if t.States.Close == state.CloseSimultaneous || t.Result.Half[0].FINs > 1 || t.Result.Half[1].FINs > 1 {
		return []string{fmt.Sprintf("The FINs passed the tap %s s apart; they crossed, or one was sent again, so no side is shown to have waited in FIN-WAIT-2.", explain.Time(gap))}
	}
	return []string{fmt.Sprintf("The %s's FIN passed the tap %s s before the other's. So long the connection was half closed: the %s in FIN-WAIT-1 and then FIN-WAIT-2, the %s, once the FIN had come, in CLOSE-WAIT, free to send (RFC 9293 3.6).",
		first, explain.Time(gap), first, t.Peer(first))}
}
