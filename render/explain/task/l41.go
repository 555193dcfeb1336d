package task

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// l41Columns are those of the table of transitions.
var l41Columns = []explain.Column{
	{Name: "side", Meaning: "client or server"},
	{Name: "from", Meaning: "state before, as the RFC spells it"},
	{Name: "to", Meaning: "state after"},
	{Name: "trigger", Meaning: "flags of the segment received or sent, or the local call or timer"},
	{Name: "frame", Meaning: "of that segment"},
	{Name: "earliest_s", Unit: "s", Head: "from (s)", Meaning: "when it was at the earliest, since the connection's first packet"},
	{Name: "latest_s", Unit: "s", Head: "to (s)", Meaning: "and at the latest"},
	{Name: "certainty", Spare: true, Meaning: "proven, strong, assumed or unobserved"},
}

// l41 answers from the connection with most data of each capture.
type l41 struct {
	kurose
	ladders map[int]*ladder.Ladder
}

func beginL41(r Request) Teller {
	return &l41{kurose{Request: r, open: newBook(true)}, map[int]*ladder.Ladder{}}
}

func (l *l41) End(c *analyze.Connection) {
	e := l.open.take(c)
	l.end(c, e)
	l.ladders[c.Number] = e.rows.Ladder(c, explain.Rows())
	for number := range l.ladders {
		if !l.Chosen && number != l.best.Number {
			delete(l.ladders, number)
		}
	}
}

func (l *l41) Documents() (list []*explain.Document) {
	for _, t := range l.told() {
		list = append(list, t.l41(l.ladders[t.Number]))
	}
	return list
}

// runs returns what a comparison with other captures needs.
func (l *l41) runs() []*transfer { return l.told() }

func (t *transfer) l41(rows *ladder.Ladder) *explain.Document {
	whole := explain.Connection(t.File, t.Connection, rows)
	d := explain.New(t.File, fmt.Sprintf("%s, connection %d: the questions of the L41 lab on TCP (Advanced Operating Systems, Cambridge)", t.File, t.Number))
	d.Conn, d.Task = whole.Conn, "l41-lab3"
	d.Add("definitions", "What counts as what", l41Definitions...)
	d.Copy(whole, "overview", "The connection")
	d.AddMain("transitions", "The transitions of both directions, with what set each off", t.transitions(), t.shared()...)
	d.Copy(whole, "diagram", "The observed diagram against RFC 793's, with the reason for each difference")
	d.Add("latency", "What latency changes", t.closing(whole)...)
	d.Add("effects", "Simulation effect and probe effect", t.effects()...)
	d.Add("bandwidth", "Bandwidth of the I/O loop", t.loop()...)
	d.Add("windows", "Advertised window, congestion window and slow start", t.windows()...)
	d.Add("unknown", "What this capture cannot answer",
		"The imposed latency: a capture shows the delay that was measured. flowstate lab sweep writes both down, and flowstate lab report compares them.",
		"Whether the socket buffers were set (-s) or resized by the kernel: an advertised window that never grows speaks for the first, and does not prove it.",
		"Probe effects of DTrace or of the recorder: they show only beside runs without it, as in flowstate lab report.",
		"The close() calls themselves, snd_cwnd and snd_ssthresh: DTrace shows them, and flowstate states --beside lays its output beside the path.")
	return d
}

var l41Definitions = []string{
	"Client is the end that connects; in the benchmark it reads, and closes first. Server is the end that accepts; it writes, from port 10141.",
	"States are spelled as in RFC 9293. DTrace on FreeBSD differs in this: the listening socket is another one than the connection's, whose first change is CLOSED → SYN_RCVD once the handshake has ended, and CLOSED after TIME_WAIT is not traced. flowstate states --view freebsd and flowstate diagram --view freebsd show that.",
	"A FIN comes as FIN,ACK: every segment after the handshake carries ACK. The RFC's figure names only the flag that matters.",
	"The I/O loop is from the first segment with data to the last acknowledgement of new data: handshake and close do not count, as the assignment asks. Bandwidth is the stream's octets in that time; KB are of 1024 octets, as the benchmark prints them.",
	"Slow start is while snd_cwnd <= snd_ssthresh. Neither is in a packet: flowstate infers the congestion window from what is on the way, and says so where it is only a lower bound.",
}

func (t *transfer) transitions() *explain.Table {
	rows := &explain.Table{Columns: l41Columns}
	for _, side := range reconstruct.Sides {
		for i := range t.States.Paths[side] {
			tr := &t.States.Paths[side][i]
			rows.Rows = append(rows.Rows, []explain.Cell{
				explain.Word(side.String()), explain.Word(tr.From.String()), explain.Word(tr.To.String()), explain.Word(trigger(tr)),
				explain.Number(tr.Frame).Known(tr.Frame != 0), explain.Seconds(tr.Earliest).Known(tr.HasEarliest), explain.Seconds(tr.Latest).Known(tr.HasLatest),
				explain.Word(tr.Certainty.String()),
			})
		}
	}
	return rows
}

// trigger names what set a transition off, as an edge of the diagram does.
func trigger(tr *state.Transition) string {
	switch tr.Cause {
	case state.Received:
		return "rcv " + tr.Flags.String()
	case state.Sent:
		return "snd " + tr.Flags.String()
	case state.Timer:
		return "timer"
	}
	return cmp.Or(tr.Call, "local")
}

// shared tells what both ends did alike.
func (t *transfer) shared() []string {
	words := func(side reconstruct.Side) string { return pathWords(t.States.Paths[side]) }
	a, b := words(reconstruct.Client), words(reconstruct.Server)
	if a == "" && b == "" {
		return []string{"No transition was captured: the capture begins after the handshake and ends before the close."}
	}
	return []string{
		"Client: " + cmp.Or(a, "no change captured") + ".", "Server: " + cmp.Or(b, "no change captured") + ".",
		"flowstate diagram draws this, with client and server at the edges that only one of them takes.",
	}
}

func pathWords(p state.Path) string {
	var names []string
	for _, s := range p.States() {
		names = append(names, s.String())
	}
	return strings.Join(names, " → ")
}

// closing tells how the close depends on latency here.
func (t *transfer) closing(whole *explain.Document) (lines []string) {
	if s := whole.Section("latency"); s != nil {
		lines = slices.Clone(s.Lines)
	}
	if gap, ok := t.finGap(); ok {
		line := fmt.Sprintf("The two FINs passed the tap %s s apart.", explain.Time(gap))
		if rtt := t.States.HandshakeRTT; rtt > 0 {
			line += fmt.Sprintf(" Half of the handshake's round trip is %s s.", explain.Time(rtt/2))
		}
		for _, side := range reconstruct.Sides {
			if near(t.States.Vantage, side) {
				line += fmt.Sprintf(" The tap is at the %s, so the %s's FIN was sent one way's delay before it passed.", side, t.Peer(side))
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// finGap is the time between the FINs at the tap, where each side sent one.
func (t *transfer) finGap() (time.Duration, bool) {
	a, b := &t.Result.Half[0], &t.Result.Half[1]
	if a.FINs != 1 || b.FINs != 1 {
		return 0, false // one that was sent again leaves open which arrived
	}
	return b.LastFIN.Sub(a.LastFIN).Abs(), true
}

func (t *transfer) effects() (lines []string) {
	r := &t.Sides[t.from].RTT
	if s := r.Best(); s.N > 0 && near(t.States.Vantage, t.from) {
		lines = append(lines, fmt.Sprintf("Round trips of the data, by %s: %s s the least, %s s the median, %s s the most, %d samples. A link that only delays gives the same each time; what is above the least is queueing, the acknowledgement's own delay, or an unsteady delay.",
			r.Method, explain.Time(time.Duration(s.Min)), explain.Time(time.Duration(s.Median)), explain.Time(time.Duration(s.Max)), s.N))
	}
	if rtt := t.States.HandshakeRTT; rtt > 0 {
		lines = append(lines, fmt.Sprintf("The handshake took %s s for a round trip: compare it with twice the latency that was set.", explain.Time(rtt)))
	}
	if t.States.Vantage == state.VantageAfterDelay {
		lines = append(lines, "The capture was taken on the loopback behind the delay: it shows packets as they are delivered, not as they are sent, so what a tap at the sender would show is half a round trip earlier.")
	}
	if t.joined() {
		lines = append(lines, fmt.Sprintf("Offload joined %s of the sender before the tap: the lab sets the MTU to 1500 and offload off, else segments on the wire are not those captured.", explain.Count(int64(t.Health.Sides[t.from].Offload), "segment")))
	}
	if n := t.Connection.Half[0].Missing + t.Connection.Half[1].Missing; n > 0 {
		lines = append(lines, fmt.Sprintf("The recorder lacks %s that were acknowledged: it could not keep up, or began late.", explain.Count(n, "octet")))
	}
	if lines == nil {
		lines = []string{"Nothing captured tells of them."}
	}
	return lines
}

func (t *transfer) loop() []string {
	f := &t.Sides[t.from].Flight
	if f.Transfer <= 0 || f.Goodput <= 0 {
		return []string{"Unknown: it takes data, the acknowledgement of it, and time between the two."}
	}
	return []string{
		fmt.Sprintf("The %s sent %s in %s s: %.2f KB/s, or %.3f Mbit/s.", t.from, explain.Count(t.Connection.Half[t.from].Unique, "octet"), explain.Time(f.Transfer), f.Goodput/8/1024, f.Goodput/1e6),
		"That is timed at the tap. The benchmark's own number runs from just before the first write to the last octet read, so it leaves out the way of the last acknowledgement back.",
		"Along time: flowstate plot --kind throughput. Over a sweep, with medians, quartiles and a fit that answers whether it is linear: flowstate lab report.",
	}
}

func (t *transfer) windows() (lines []string) {
	w := &t.Sides[t.Peer(t.from)].Flight.Windows
	if w.N > 0 {
		lines = append(lines, fmt.Sprintf("The window that the sender was last told: %d octets the least, %d the median, %d the most. It grows where the kernel resizes the socket buffer.", w.Min, w.Median, w.Max))
	}
	if f := &t.Sides[t.from].Flight; f.Known {
		lines = append(lines, fmt.Sprintf("The most that was on the way is %d octets.", f.MaxInFlight))
	}
	l := &t.Sides[t.from].Limit
	if span := l.Span(); l.Known && l.Time[limit.Unknown] < span {
		lines = append(lines, "What kept the sender from sending more, by time: "+explain.LimitShares(l)+".")
	}
	if near(t.States.Vantage, t.from) {
		lines = append(lines, t.slowStart())
	} else {
		lines = append(lines, fmt.Sprintf("The congestion window is not told: the tap is %s. The lab gathers at the sender for that reason.", tapWords(t.States.Vantage)))
	}
	return append(lines, "Along time, stacked: flowstate plot --kind in-flight,window,throughput; slow start is shaded in the first.")
}

// slowStart tells where the first slow start ended.
func (t *transfer) slowStart() string {
	l := &t.Sides[t.from].Limit
	switch e := &l.SlowStart; {
	case !l.Known:
		return "Slow start: unknown, the sender sent no data."
	case e.Why == limit.Still:
		return "Slow start: no loss, mark or time-out ended it, and its growth did not end by itself."
	default:
		return fmt.Sprintf("Slow start ended at frame %d, %s s after the first data and after %d octets: %s.", e.Frame, explain.Time(e.Time.Sub(t.sent.FirstData.At)), e.Bytes, explain.EndOfSlowStart(e.Why))
	}
}
