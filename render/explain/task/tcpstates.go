package task

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/explain"
)

// tcpstatesColumns are those of the table of changes.
var tcpstatesColumns = []explain.Column{
	{Name: "conn", Meaning: "number of the connection, as Wireshark's tcp.stream"},
	{Name: "side", Meaning: "whose socket: client or server"},
	{Name: "raddr", Head: "to", Meaning: "remote address"},
	{Name: "rport", Head: "port", Meaning: "remote port"},
	{Name: "oldstate", Meaning: "in Linux' names"},
	{Name: "newstate", Meaning: "unknown where the capture ends before the state does"},
	{Name: "ms_least", Unit: "ms", Head: "ms, least", Meaning: "that the socket was in oldstate at least; 0 for its first row"},
	{Name: "ms_most", Unit: "ms", Head: "most", Meaning: "and at most"},
	{Name: "frame", Spare: true, Meaning: "that set it off, unknown where none was captured"},
}

// tcpstates answers from all sockets of the host where the capture was taken.
type tcpstates struct {
	Request
	open  map[int]*tls
	trips *ebpf.Trips
	conns []session
}

// session is what is told of a connection.
type session struct {
	number int
	events []ebpf.Event
	lines  []string
}

// tls is when records of TLS began, of those that begin a segment.
type tls struct {
	handshake, data capture.Timestamp // of the first of either kind, meaningful with their frames
	first, begins   capture.FrameNumber
}

func beginTcpstates(r Request) Teller {
	return &tcpstates{Request: r, open: map[int]*tls{}, trips: ebpf.NewTrips(ebpf.TripOptions{})}
}

func (t *tcpstates) Observe(s *analyze.Segment) {
	t.trips.Observe(s, t.Began())
	if len(s.Step.Segment.Payload) == 0 {
		return
	}
	seen := t.open[s.Conn.Number]
	if seen == nil {
		seen = new(tls)
		t.open[s.Conn.Number] = seen
	}
	seen.observe(s)
}

// The first octets of a TLS record (RFC 8446 section 5.1): its kind, and the
// version, which begins with 3.
var (
	handshakeRecord = []byte{22, 3}
	dataRecord      = []byte{23, 3}
)

func (t *tls) observe(s *analyze.Segment) {
	g := s.Step.Segment
	switch {
	case t.first == 0 && bytes.HasPrefix(g.Payload, handshakeRecord):
		t.first, t.handshake = g.Frame, g.Time
	case t.first != 0 && t.begins == 0 && s.From == reconstruct.Client && bytes.HasPrefix(g.Payload, dataRecord):
		t.begins, t.data = g.Frame, g.Time
	}
}

func (t *tcpstates) End(c *analyze.Connection) {
	t.trips.End(c)
	seen := t.open[c.Number]
	delete(t.open, c.Number)
	if seen == nil {
		seen = new(tls)
	}
	s := session{number: c.Number, events: new(ebpf.Choice).Events(c)}
	for rest := s.events; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Side == rest[0].Side {
			n++
		}
		s.lines = append(s.lines, flowWords(rest[:n]))
		rest = rest[n:]
	}
	s.lines = append(s.lines, established(c, seen)...)
	t.conns = append(t.conns, s)
}

func (t *tcpstates) Documents() []*explain.Document {
	if len(t.conns) == 0 {
		return nil
	}
	slices.SortFunc(t.conns, func(a, b session) int { return cmp.Compare(a.number, b.number) })
	d := explain.New(t.File, t.File+": the questions of the eBPF lab on tcpstates and tcprtt")
	d.Task = "tcpstates"
	d.Add("definitions", "What counts as what", tcpstatesDefinitions...)
	d.AddMain("changes", "The changes of state", t.changes(), "Times are in milliseconds in the old state. - is unknown: the capture does not bound it.")
	d.Add("flows", "What each connection did, and where its time went", t.flows()...)
	d.Add("compared", "How the connections compare", t.compared()...)
	d.Add("rtt", "Round trips, as tcprtt would show them", t.roundTrips()...)
	d.Add("unknown", "What this capture cannot answer",
		"Processes, their names and the kernel's socket addresses: tcpstates reads them from the kernel, no packet carries them. flowstate states --beside lays its output beside the path.",
		"When close() ended SYN_SENT without an answer, as after a connect time-out: it sends nothing. The time in SYN_SENT is then at least that of the last SYN, and its end is unknown, not 0. tcpstates on the host would show it.",
		"How long FIN_WAIT2 was shown: after close() the kernel hands the socket on at once, after shutdown() it keeps it until the peer's FIN, and no packet tells which it was.",
		"Time in TIME_WAIT: Linux keeps it in another kind of socket, which tcpstates does not see either.")
	return []*explain.Document{d}
}

var tcpstatesDefinitions = []string{
	"The states are those of Linux' tracepoint sock:inet_sock_set_state, which tcpstates prints: no TIME_WAIT; SYN_RECV of a server begins only at the handshake's last acknowledgement and lasts microseconds; FIN_WAIT2 ends in CLOSE. flowstate states tells the RFC's states, which differ.",
	"Sockets are those of the host where the capture was taken, as tcpstates sees one host; of both ends where it was taken elsewhere or that is not known.",
	"A time in a state runs from one change to the next. At the tap's own host it is exact but for the way from the kernel to the tap; at the other end both bounds are told.",
	"connect() begins SYN_SENT, so its time is the round trip of the handshake and what the server took to answer; a SYN that is sent again adds its wait of a second or more (RFC 6298).",
	"tcprtt counts the smoothed round trip (RFC 6298) that the socket holds when a segment arrives in ESTABLISHED: not samples, and one for each segment.",
}

func (t *tcpstates) changes() *explain.Table {
	var all []ebpf.Event
	for _, s := range t.conns {
		all = append(all, s.events...)
	}
	ebpf.Sort(all)
	rows := &explain.Table{Columns: tcpstatesColumns}
	for i := range all {
		e := &all[i]
		rows.Rows = append(rows.Rows, []explain.Cell{
			explain.Number(e.Conn), explain.Word(e.Side.String()), explain.Word(e.Remote.IP.String()), explain.Number(e.Remote.Port),
			explain.Word(e.Old), explain.Word(e.New), milliseconds(e.In.Least).Known(e.In.HasLeast), milliseconds(e.In.Most).Known(e.In.HasMost),
			explain.Number(e.Frame).Known(e.Frame != 0),
		})
	}
	return rows
}

func milliseconds(d time.Duration) explain.Cell {
	return explain.Decimal(float64(d)/float64(time.Millisecond), 3)
}

// flows tells the path of each socket in one sentence, and where the time in
// ESTABLISHED went.
func (t *tcpstates) flows() (lines []string) {
	for i := range t.conns {
		lines = append(lines, t.conns[i].lines...)
	}
	if lines == nil {
		lines = []string{"No change of state is shown by what was captured."}
	}
	return lines
}

// flowWords tells a socket's path with the time in each state.
func flowWords(events []ebpf.Event) string {
	e := &events[0]
	words := []string{e.Old}
	for i := range events {
		if i > 0 {
			words = append(words, fmt.Sprintf("%s (%s)", events[i].Old, rangeWords(events[i].In)))
		}
		if e = &events[i]; i == len(events)-1 && e.Ended() {
			words = append(words, e.New)
		}
	}
	text := fmt.Sprintf("Connection %d, %s, to %s: %s", e.Conn, e.Side, e.Remote, strings.Join(words, " → "))
	if !e.Ended() {
		text += ", whose end is not in the capture"
	}
	return text + "."
}

func rangeWords(r ebpf.Range) string {
	ms := func(d time.Duration) string { return milliseconds(d).String() }
	switch {
	case r.Exact():
		return ms(r.Least) + " ms"
	case r.HasLeast && r.Least > 0 && r.HasMost:
		return ms(r.Least) + " to " + ms(r.Most) + " ms"
	case r.HasMost:
		return "at most " + ms(r.Most) + " ms"
	case r.HasLeast && r.Least > 0:
		return "at least " + ms(r.Least) + " ms"
	}
	return "for a time that is not known"
}

// established tells where the time between the handshake and the close went.
func established(c *analyze.Connection, seen *tls) (lines []string) {
	p := &c.Phases
	if !p.HandshakeKnown || !p.TransferKnown {
		return nil
	}
	lines = append(lines, fmt.Sprintf("Between its handshake and its close, data was on the way for %s s, and for %s s nothing was: there an application had nothing to send, or waited, or a receive window was closed.", explain.Time(p.Transfer), explain.Time(p.Idle)))
	switch {
	case seen.first != 0 && seen.begins != 0:
		lines = append(lines, fmt.Sprintf("It speaks TLS: from the first handshake record (frame %d) to the client's first application data (frame %d) it took %s s. In TLS 1.3 that includes the client's Finished, which travels as application data (RFC 8446 5.1).", seen.first, seen.begins, explain.Time(seen.data.Sub(seen.handshake))))
	case seen.first != 0:
		lines = append(lines, fmt.Sprintf("It speaks TLS from frame %d on; no segment of the client begins with application data.", seen.first))
	}
	for _, side := range reconstruct.Sides {
		l := &c.Sides[side].Limit
		if span := l.Span(); span > 0 && c.Half[side].Unique > 1 {
			lines = append(lines, fmt.Sprintf("What kept the %s from sending more, of the %s s of its transfer: %s.", side, explain.Time(span), explain.LimitShares(l)))
		}
	}
	return lines
}

// compared tells how often longer than the shortest each stay in ESTABLISHED was.
func (t *tcpstates) compared() (lines []string) {
	type stay struct {
		e  *ebpf.Event
		in time.Duration
	}
	var all []stay
	for _, s := range t.conns {
		for i := range s.events {
			e := &s.events[i]
			if e.Old == state.ViewLinux.Name(state.Established) && e.Ended() && e.In.Exact() && e.In.Least > 0 {
				all = append(all, stay{e, e.In.Least})
			}
		}
	}
	if len(all) < 2 {
		return []string{"It takes two connections whose time in ESTABLISHED is known exactly; flowstate explain of one capture with both compares them."}
	}
	slices.SortStableFunc(all, func(a, b stay) int { return cmp.Compare(a.in, b.in) })
	least := all[0]
	lines = append(lines, fmt.Sprintf("Connection %d was in ESTABLISHED for the shortest time, %s ms (%s, to %s).", least.e.Conn, milliseconds(least.in), least.e.Side, least.e.Remote))
	for _, s := range all[1:min(len(all), 11)] {
		lines = append(lines, fmt.Sprintf("Connection %d was in it for %s ms, %.2f times as long (%s, to %s).", s.e.Conn, milliseconds(s.in), float64(s.in)/float64(least.in), s.e.Side, s.e.Remote))
	}
	if more := len(all) - 11; more > 0 {
		lines = append(lines, fmt.Sprintf("%d more are in the table of changes.", more))
	}
	return lines
}

// roundTrips tells the histogram in words; flowstate tcprtt draws it.
func (t *tcpstates) roundTrips() []string {
	list := t.trips.Histograms()
	if len(list) == 0 || list[0].N == 0 {
		return []string{"None: no segment arrived in ESTABLISHED at a socket that had an estimate already."}
	}
	h := list[0]
	low, high := -1, 0
	for i, n := range h.Slots {
		if n > 0 && low < 0 {
			low = i
		}
		if n > 0 {
			high = i
		}
	}
	bottom := int64(1) << low
	if low == 0 {
		bottom = 0
	}
	lines := []string{fmt.Sprintf("%s, all between %d and %d us, %d us in the mean. flowstate tcprtt draws the histogram.", explain.Count(h.N, "value"), bottom, int64(1)<<(high+1)-1, h.Sum/h.N)}
	if h.AtLeast {
		lines = append(lines, "Some are of a socket away from the tap: only a part of the round trip passes there, so those are lower bounds.")
	}
	return lines
}
