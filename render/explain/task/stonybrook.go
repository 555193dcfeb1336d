package task

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/course"

	"github.com/flowstate-tcp/flowstate/render/explain"
)

// transactions and windows are how many the course asks for.
const (
	transactions = 2
	roundsAsked  = 3
)

// flowColumns are those of the table of flows.
var flowColumns = []explain.Column{
	{Name: "conn", Meaning: "number of the connection, as Wireshark's tcp.stream"},
	{Name: "source_port", Head: "from port", Meaning: "of the sender"},
	{Name: "source_ip", Head: "from", Meaning: "of the sender"},
	{Name: "destination_port", Head: "to port", Meaning: "of the receiver"},
	{Name: "destination_ip", Head: "to", Meaning: "of the receiver"},
	{Name: "bytes", Unit: "octets", Meaning: "payload of the sender's segments with data, what was sent again included"},
	{Name: "bytes_with_headers", Unit: "octets", Spare: true, Meaning: "the same with their TCP headers"},
	{Name: "period_s", Unit: "s", Meaning: "from the first data to the last acknowledgement of new data"},
	{Name: "throughput", Unit: "octets a second", Spare: true, Meaning: "payload in that time"},
	{Name: "throughput_with_headers", Unit: "octets a second", Spare: true, Meaning: "payload and TCP headers in that time"},
	{Name: "window_1", Unit: "segments", Spare: true, Meaning: "in the first round; unknown where the tap is not at the sender"},
	{Name: "window_2", Unit: "segments", Spare: true, Meaning: "in the second"},
	{Name: "window_3", Unit: "segments", Spare: true, Meaning: "in the third"},
	{Name: "triple_duplicate_ack", Unit: "segments", Spare: true, Meaning: "sent again after three duplicate acknowledgements that asked for them"},
	{Name: "timeout", Unit: "segments", Spare: true, Meaning: "sent again without that, which the course counts as time-outs"},
}

// stonybrook answers from all flows of a capture.
type stonybrook struct {
	Request
	open  book
	flows []flow
}

// flow is what is told of one connection.
type flow struct {
	number       int
	begins, ends bool // with a SYN, and then with a FIN
	cells        []explain.Cell
	lines        []string
}

func beginStonyBrook(r Request) Teller { return &stonybrook{Request: r, open: newBook(false)} }

func (f *stonybrook) Observe(s *analyze.Segment) { f.open.observe(s) }

func (f *stonybrook) End(c *analyze.Connection) {
	t := newTransfer(f.Request, c, f.open.take(c))
	begins := c.Half[0].SYNSeen
	f.flows = append(f.flows, flow{c.Number, begins, begins && (c.Half[0].FINSeen || c.Half[1].FINSeen), t.flowCells(), t.flow()})
}

func (f *stonybrook) Documents() []*explain.Document {
	if len(f.flows) == 0 {
		return nil
	}
	d := explain.New(f.File, f.File+": the questions of CSE 310 (Stony Brook University), TCP flows")
	d.Task = "stonybrook-cse310"
	d.Add("definitions", "What counts as what", flowDefinitions...)
	rows := &explain.Table{Columns: flowColumns}
	slices.SortFunc(f.flows, func(a, b flow) int { return cmp.Compare(a.number, b.number) })
	for i := range f.flows {
		rows.Rows = append(rows.Rows, f.flows[i].cells)
	}
	d.AddMain("flows", "The flows", rows, f.counts()...)
	for i := range f.flows {
		number := f.flows[i].number
		d.Add(fmt.Sprintf("flow-%d", number), fmt.Sprintf("Flow of connection %d", number), f.flows[i].lines...)
	}
	d.Add("unknown", "What this capture cannot answer",
		"The congestion window itself: no header carries it. What is counted is what the sender had the window for, and less where it had nothing to send or the receiver's window was smaller. ss -ti at the sender prints it, and flowstate segments estimates it along time.",
		"Which timer or rule of the sender's system set off a retransmission: flowstate gives the cause that the evidence allows, with its witness, and says unknown where none does. The counters of nstat on that host tell them apart.")
	return []*explain.Document{d}
}

// counts tells how many flows there are.
func (f *stonybrook) counts() []string {
	var begun, both int64
	for i := range f.flows {
		if f.flows[i].begins {
			begun++
		}
		if f.flows[i].ends {
			both++
		}
	}
	return []string{fmt.Sprintf("Connections: %d. With a captured SYN: %d. Of these with a FIN too, which the course asks of a flow: %d. The others are shown all the same.",
		len(f.flows), begun, both)}
}

var flowDefinitions = []string{
	"A flow begins with a SYN and ends with a FIN between two sockets. Its sender is the side that sent more data; the course has one sender, which opens all flows.",
	"Transaction: a segment with new data of the sender after the set-up, and the first acknowledgement that covers all of it. Both have their sequence number, acknowledgement number and window: raw numbers, and the window times 2 to the power of the sender of that segment's own shift count (RFC 7323).",
	"Throughput: what the sender sent, divided by the time from its first data to the last acknowledgement of new data. Both are given, with the TCP headers, as the course's text has it, and payload alone; each counts what was sent again. Goodput, each octet once, is in flowstate summary.",
	"Congestion window: the segments with data that the sender sent in a round. A round begins with a segment with data and ends when its acknowledgement passes the tap. The number grows with the window only at the sender's tap and while that is what holds the sender back. Other solutions cut the time into stretches of one RTT, which gives other numbers once a queue builds up.",
	"Triple duplicate ACK: a segment sent again when at least three duplicate acknowledgements had asked for it (RFC 5681 3.2). Time-out: the course counts every other retransmission as one. Many of those are none: a recovery repairs further losses by SACK (RFC 6675) or partial acknowledgements (RFC 6582), and a tail loss probe comes before the timer (RFC 8985). Below, each flow also has the causes that the evidence shows.",
}

func (t *transfer) flowCells() []explain.Cell {
	a, b := t.Ends[t.from], t.Ends[t.Peer(t.from)]
	h := &t.Connection.Half[t.from]
	span := t.sent.LastAnswer.At.Sub(t.sent.FirstData.At)
	timed := t.sent.LastAnswer.Frame != 0 && span > 0
	rate := func(octets int64) explain.Cell {
		if !timed {
			return explain.Cell{}
		}
		return explain.Decimal(float64(octets)/span.Seconds(), 1)
	}
	cells := []explain.Cell{
		explain.Number(t.Number), explain.Number(a.Port), explain.Word(a.IP.String()), explain.Number(b.Port), explain.Word(b.IP.String()),
		explain.Number(h.Payload), explain.Number(h.Payload + t.sent.Headers), explain.Seconds(span).Known(timed), rate(h.Payload), rate(h.Payload + t.sent.Headers),
	}
	for i := range roundsAsked {
		var cell explain.Cell
		if i < len(t.sent.Rounds) && near(t.States.Vantage, t.from) {
			cell = explain.Number(t.sent.Rounds[i].Segments)
		}
		cells = append(cells, cell)
	}
	return append(cells, explain.Number(t.sent.Asked), explain.Number(t.sent.Unasked))
}

// flow tells of one flow.
func (t *transfer) flow() []string {
	a, b := t.Ends[t.from], t.Ends[t.Peer(t.from)]
	lines := []string{fmt.Sprintf("Sender %s port %d, receiver %s port %d.", a.IP, a.Port, b.IP, b.Port)}
	lines = append(lines, t.transactions()...)
	return append(lines, t.flowThroughput(), t.rounds(), t.again())
}

func (t *transfer) transactions() (lines []string) {
	list := t.sent.First[:min(len(t.sent.First), transactions)]
	if len(list) == 0 {
		return []string{"It sent no data that was captured, so there is no transaction."}
	}
	for i := range list {
		s := &list[i]
		line := fmt.Sprintf("Transaction %d: the sender's frame %d, %s, has seq %d, ack %d, window %s, %s of data.", i+1, s.Frame, s.Flags, s.Seq, s.Ack, windowOf(&s.Packet), explain.Count(int64(s.Len), "octet"))
		if p := &s.Answer; p.Frame != 0 {
			line += fmt.Sprintf(" The receiver's frame %d, %s, has seq %d, ack %d, window %s.", p.Frame, p.Flags, p.Seq, p.Ack, windowOf(p))
		} else {
			line += " No acknowledgement of it was captured."
		}
		lines = append(lines, line)
	}
	return lines
}

// windowOf tells a window with its scale.
func windowOf(p *course.Packet) string {
	switch {
	case !p.WindowKnown:
		return fmt.Sprintf("%d in the header (scale not known)", p.RawWindow)
	case p.Window != int64(p.RawWindow):
		return fmt.Sprintf("%d (%d in the header)", p.Window, p.RawWindow)
	}
	return fmt.Sprintf("%d (not scaled)", p.RawWindow)
}

func (t *transfer) flowThroughput() string {
	first, last := &t.sent.FirstData, &t.sent.LastAnswer
	span := last.At.Sub(first.At)
	if last.Frame == 0 || span <= 0 {
		return "Throughput: unknown, since it takes data and a later acknowledgement of it."
	}
	payload := t.Connection.Half[t.from].Payload
	all := payload + t.sent.Headers
	return fmt.Sprintf("Throughput: frames %d to %d, %s s. With TCP headers %d octets, %.1f a second (%.3f Mbit/s); payload alone %d octets, %.1f a second (%.3f Mbit/s).",
		first.Frame, last.Frame, explain.Time(span), all, float64(all)/span.Seconds(), 8*float64(all)/span.Seconds()/1e6,
		payload, float64(payload)/span.Seconds(), 8*float64(payload)/span.Seconds()/1e6)
}

func (t *transfer) rounds() string {
	if v := t.States.Vantage; !near(v, t.from) {
		return fmt.Sprintf("Congestion windows: not told. The tap is %s, where what passes between a segment and its acknowledgement is not what the sender has on the way. A capture at the sender would answer it.", tapWords(v))
	}
	list := t.sent.Rounds[:min(len(t.sent.Rounds), roundsAsked)]
	if len(list) == 0 {
		return "Congestion windows: none, since it sent no data that was captured."
	}
	text := "Congestion windows of the first rounds: "
	for i, r := range list {
		if i > 0 {
			text += ", then "
		}
		text += fmt.Sprintf("%s (%d octets)", explain.Count(r.Segments, "segment"), r.Octets)
	}
	text += "."
	if t.joined() {
		text += " Offload had joined segments before the tap: there were more on the wire, so go by the octets."
	}
	if i := &t.Sides[t.from].Behaviour.Initial; i.Known && !i.Exact {
		text += " The sender may have had no more to send in the first."
	}
	return text
}

func (t *transfer) again() string {
	if t.sent.Asked+t.sent.Unasked == 0 {
		return "Retransmissions of data: none."
	}
	return fmt.Sprintf("Retransmissions of data: %d after a triple duplicate ACK, %d without, which the course counts as time-outs. %s",
		t.sent.Asked, t.sent.Unasked, explain.Causes(&t.Sides[t.from].Tally))
}
