package task

import (
	"fmt"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/course"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// kuroseColumns are those of the table of the first six segments.
var kuroseColumns = []explain.Column{
	{Name: "segment", Head: "n", Meaning: "its place among the segments with new data of the side that sent more, from 1"},
	{Name: "frame", Meaning: "in the capture"},
	{Name: "seq", Meaning: "sequence number, as in the header"},
	{Name: "rel_seq", Spare: true, Meaning: "the same, relative to the initial one"},
	{Name: "len", Unit: "octets", Meaning: "of payload"},
	{Name: "header_len", Unit: "octets", Spare: true, Meaning: "of the TCP header, options included"},
	{Name: "sent_s", Unit: "s", Meaning: "when it passed the tap, since the capture's first packet"},
	{Name: "ack_frame", Head: "ack in", Meaning: "frame of the first acknowledgement that covers all of it"},
	{Name: "ack_s", Unit: "s", Head: "at (s)", Meaning: "when that passed the tap"},
	{Name: "rtt_s", Unit: "s", Head: "RTT (s)", Meaning: "from the segment to that; unknown where the segment was sent again before"},
	{Name: "estimated_rtt_s", Unit: "s", Head: "Est.RTT (s)", Meaning: "EstimatedRTT after it, with alpha 1/8"},
}

// kurose answers from one connection of each capture: that with most data.
type kurose struct {
	Request
	open book
	best *transfer
	all  []*transfer
}

// transfer is a connection with one side that sends.
type transfer struct {
	*analyze.Connection
	*course.Result
	Request
	from  reconstruct.Side
	sent  *course.Half // what that side did
	heard *course.Half // and the other
	size  int64
}

func newTransfer(r Request, c *analyze.Connection, e *entry) *transfer {
	t := &transfer{Connection: c, Result: e.measures.Result(), Request: r, from: course.Sender(&c.Connection)}
	t.sent, t.heard = &t.Result.Half[t.from], &t.Result.Half[c.Peer(t.from)]
	t.size = c.Half[0].Unique + c.Half[1].Unique
	return t
}

func beginKurose(r Request) Teller { return &kurose{Request: r, open: newBook(false)} }

func (k *kurose) Observe(s *analyze.Segment) { k.open.observe(s) }

func (k *kurose) End(c *analyze.Connection) {
	k.end(c, k.open.take(c))
}

// end takes a connection with what was kept of it.
func (k *kurose) end(c *analyze.Connection, e *entry) {
	t := newTransfer(k.Request, c, e)
	switch {
	case k.Chosen:
		k.all = append(k.all, t)
	case k.best == nil || t.size > k.best.size || t.size == k.best.size && c.Number < k.best.Number:
		k.best = t
	}
}

func (k *kurose) Documents() (list []*explain.Document) {
	for _, t := range k.told() {
		list = append(list, t.kurose())
	}
	return list
}

// told are the connections that are told, by their numbers.
func (k *kurose) told() []*transfer {
	if k.best != nil {
		return []*transfer{k.best}
	}
	return byNumber(k.all)
}

// at is the time of a packet since the first of the capture.
func (t *transfer) at(p *course.Packet) time.Duration { return p.At.Sub(t.Began()) }

func (t *transfer) kurose() *explain.Document {
	number := t.Number
	d := explain.New(t.File, fmt.Sprintf("%s, connection %d: the questions of the Kurose and Ross Wireshark lab on TCP", t.File, t.Number))
	d.Conn, d.Task = &number, "kurose-tcp"
	d.Add("definitions", "What counts as what", t.kuroseDefinitions()...)
	d.Add("addresses", "Addresses and ports of both ends",
		fmt.Sprintf("The client, which opens the connection%s, has address %s and port %d.", t.roles(), t.Ends[0].IP, t.Ends[0].Port),
		fmt.Sprintf("The server has address %s and port %d.", t.Ends[1].IP, t.Ends[1].Port))
	d.Add("syn", "The SYN", t.syn()...)
	d.Add("synack", "The SYN,ACK, and how its acknowledgement number was found", t.synAck()...)
	d.Add("post", "The segment with the HTTP POST", t.post()...)
	t.segments(d)
	d.Add("window", "The least buffer space advertised, and whether it throttles the sender", t.leastWindow()...)
	d.Add("retransmissions", "Retransmissions", t.retransmissions()...)
	t.acks(d)
	d.Add("throughput", "Throughput", t.throughput()...)
	d.Add("congestion", "Slow start and congestion avoidance", t.congestion()...)
	d.Add("unknown", "What this capture cannot answer", t.kuroseUnknown()...)
	return d
}

func (t *transfer) roles() string {
	if t.RolesObserved {
		return ""
	}
	return " (assumed: no SYN was captured)"
}

func (t *transfer) kuroseDefinitions() []string {
	lines := []string{
		t.senderWords() + " In the lab it is the client, which uploads a file.",
		"Times are in seconds after the capture's first packet, as Wireshark shows them. Sequence numbers are raw; relative ones count the SYN as 0 and the first octet of data as 1.",
		"A segment's time is when it passed the tap, and so is its acknowledgement's. The first segment is the first with data, which in the lab carries the POST.",
		"SampleRTT is from a segment to the first acknowledgement that covers all of it, for each segment. EstimatedRTT begins as the first sample, then it is 0.875 EstimatedRTT + 0.125 SampleRTT.",
		"RFC 6298 has the same weight, but counts acknowledgements: one that covers several segments gives one sample, the handshake's is the first, and a segment that was sent again gives none (Karn). The lab's number is therefore not the sender's own.",
	}
	if v := t.States.Vantage; !near(v, t.from) {
		lines = append(lines, fmt.Sprintf("The lab captures at the sender. Here the tap is %s. A SampleRTT is from the tap to the receiver and back: elsewhere than at the sender, only a part of the round trip.", tapWords(v)))
	}
	return lines
}

// senderWords says who is taken for the sender.
func (t *transfer) senderWords() string {
	if t.size == 0 {
		return "Neither side sent any data; the client is taken for the sender."
	}
	return fmt.Sprintf("The sender is the %s, which sent more: %s of data against %s.",
		t.from, explain.Count(t.Connection.Half[t.from].Unique, "octet"), explain.Count(t.Connection.Half[t.Peer(t.from)].Unique, "octet"))
}

// near tells whether the tap stood at a side.
func near(v state.Vantage, side reconstruct.Side) bool {
	return v == state.VantageClient && side == reconstruct.Client || v == state.VantageServer && side == reconstruct.Server
}

func tapWords(v state.Vantage) string {
	switch v {
	case state.VantageClient, state.VantageServer:
		return "at the " + v.String()
	case state.VantageBetween:
		return "between the two"
	case state.VantageAfterDelay:
		return "behind the delay of a loopback"
	}
	return "at a place that is not known"
}

func (t *transfer) syn() []string {
	p := &t.Result.Half[reconstruct.Client].SYN
	if p.Frame == 0 {
		return []string{"No SYN of the client was captured. A capture that begins before the connection holds it."}
	}
	if p.Flags.Has(decode.ACK) {
		return []string{fmt.Sprintf("Both sides sent a SYN (a simultaneous open). The client's initial sequence number is %d, which frame %d shows.", p.Seq, p.Frame)}
	}
	lines := []string{fmt.Sprintf("Frame %d at %s s has sequence number %d. It is a SYN because its flag SYN is set; ACK is not: flags 0x%03x (RFC 9293 3.1).", p.Frame, explain.Time(t.at(p)), p.Seq, uint16(p.Flags))}
	if n := t.Result.Half[reconstruct.Client].SYNs; n > 1 {
		lines = append(lines, fmt.Sprintf("The client sent it %d times; this is the first that was captured.", n))
	}
	if h := &t.Connection.Half[reconstruct.Client]; h.SYNWhole {
		lines = append(lines, "Its options: "+listed(table.OptionNames(h.Options.Set))+". Selective acknowledgements are "+offered(h.Options.Set&decode.OptSACKPermitted != 0)+" (RFC 2018).")
	}
	return lines
}

func offered(yes bool) string {
	if yes {
		return "offered"
	}
	return "not offered"
}

func listed(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

func (t *transfer) synAck() []string {
	p := &t.Result.Half[reconstruct.Server].SYN
	if p.Frame == 0 || !p.Flags.Has(decode.ACK) {
		return []string{"No SYN,ACK of the server was captured."}
	}
	lines := []string{fmt.Sprintf("Frame %d at %s s has sequence number %d and acknowledgement number %d. It is a SYN,ACK because its flags SYN and ACK are both set: flags 0x%03x.", p.Frame, explain.Time(t.at(p)), p.Seq, p.Ack, uint16(p.Flags))}
	syn := &t.Result.Half[reconstruct.Client].SYN
	switch {
	case syn.Frame == 0:
		lines = append(lines, "The SYN was not captured. Its number must have been one less than the acknowledgement number, since a SYN takes one number (RFC 9293 3.4).")
	case syn.Seq+1 == p.Ack:
		lines = append(lines, fmt.Sprintf("The server took the SYN's sequence number and added one, since a SYN takes one number: %d + 1 = %d (RFC 9293 3.4).", syn.Seq, p.Ack))
	case t.Connection.Half[reconstruct.Client].SYNSeen:
		lines = append(lines, fmt.Sprintf("It acknowledges %d more than the SYN's own number: data that came in the SYN (TCP Fast Open, RFC 7413), or another SYN.", p.Ack-syn.Seq-1))
	}
	return lines
}

func (t *transfer) post() []string {
	for _, side := range []reconstruct.Side{t.from, t.Peer(t.from)} {
		if p := &t.Result.Half[side].Post; p.Frame != 0 {
			return []string{fmt.Sprintf("Frame %d at %s s, from the %s, begins with POST: sequence number %d, %s of data in it.", p.Frame, explain.Time(t.at(p)), side, p.Seq, explain.Count(int64(p.Len), "octet"))}
		}
	}
	p := &t.sent.FirstData
	if p.Frame == 0 {
		return []string{"There is none: neither side sent any data that was captured."}
	}
	return []string{fmt.Sprintf("None of the first %d segments with data of either side begins with POST: the connection carries something else, is encrypted, or was recorded without its payload. The sender's first segment with data is frame %d at %s s, sequence number %d.",
		course.MaxFirst, p.Frame, explain.Time(t.at(p)), p.Seq)}
}

func (t *transfer) segments(d *explain.Document) {
	list := t.sent.First
	if len(list) == 0 {
		d.Add("segments", "The first six segments", "No segment with new data was captured.")
		return
	}
	estimates := course.Estimates(list)
	rows := &explain.Table{Columns: kuroseColumns}
	isn := t.Connection.Half[t.from].ISN
	began := false
	for i := range list {
		s := &list[i]
		rtt, ok := s.RTT()
		began = began || ok
		rows.Rows = append(rows.Rows, []explain.Cell{
			explain.Number(i + 1), explain.Number(s.Frame), explain.Number(s.Seq), explain.Number(s.Seq - uint32(isn)), explain.Number(s.Len), explain.Number(s.Header),
			explain.Seconds(t.at(&s.Packet)), explain.Number(s.Answer.Frame).Known(s.Answer.Frame != 0), explain.Seconds(t.at(&s.Answer)).Known(s.Answer.Frame != 0),
			explain.Seconds(rtt).Known(ok), explain.Seconds(estimates[i]).Known(began),
		})
	}
	d.AddMain("segments", "The first six segments: numbers, times, RTT, EstimatedRTT and lengths", rows, t.segmentNotes(list)...)
}

func (t *transfer) segmentNotes(list []course.Sent) (lines []string) {
	if len(list) < course.MaxFirst {
		lines = append(lines, fmt.Sprintf("The sender sent only %s with new data.", explain.Count(int64(len(list)), "segment")))
	}
	header := list[0].Header
	lines = append(lines, fmt.Sprintf("len is the payload. The first segment has a TCP header of %d octets before it, %d of them options.", header, header-20))
	shared := false
	for i := range list {
		s := &list[i]
		switch {
		case s.Again:
			lines = append(lines, fmt.Sprintf("Segment %d (frame %d) was sent again before it was acknowledged: nothing tells which copy the acknowledgement answers, so it gives no sample (Karn; RFC 6298 section 3).", i+1, s.Frame))
		case s.Answer.Frame == 0:
			lines = append(lines, fmt.Sprintf("No acknowledgement of segment %d (frame %d) was captured.", i+1, s.Frame))
		case s.Held:
			lines = append(lines, fmt.Sprintf("The acknowledgement of segment %d (frame %d) waited for an earlier segment, which was sent again first. So its RTT holds the time of that repair; the lab takes it as it is; flowstate summary leaves it out.", i+1, s.Frame))
		}
		shared = shared || i > 0 && s.Answer.Frame != 0 && s.Answer.Frame == list[i-1].Answer.Frame
	}
	if shared {
		lines = append(lines, "Segments with the same acknowledgement were acknowledged together: acknowledgements are cumulative (RFC 9293 3.4).")
	}
	return lines
}

func (t *transfer) kuroseUnknown() []string {
	lines := []string{"Why the receiver's buffer was as full as it was, and how the program read from it: no packet says. ss -tmi on that host shows the buffer, strace the reads."}
	if t.Health.Sides[t.from].CutPayload > 0 {
		lines = append(lines, "What stood in payload that the snapshot length cut off, such as a POST: record whole packets.")
	}
	if !t.Connection.Half[0].SYNSeen {
		lines = append(lines, "The initial sequence numbers, as a capture of the handshake would show them; relative numbers here count from the first that was seen.")
	}
	return lines
}
