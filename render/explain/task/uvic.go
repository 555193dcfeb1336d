package task

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/course"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/explain"
)

// uvicColumns are those of the table of connections.
var uvicColumns = []explain.Column{
	{Name: "conn", Meaning: "number of the connection, as Wireshark's tcp.stream"},
	{Name: "source_ip", Spare: true, Meaning: "of the client"},
	{Name: "source_port", Spare: true, Meaning: "of the client"},
	{Name: "destination_ip", Spare: true, Meaning: "of the server"},
	{Name: "destination_port", Spare: true, Meaning: "of the server"},
	{Name: "status", Meaning: "SxFy: x SYN and y FIN segments of both sides; with /R where there was a reset"},
	{Name: "complete", Spare: true, Meaning: "yes where there was at least one SYN and one FIN"},
	{Name: "start_s", Unit: "s", Meaning: "of the first SYN, since the capture's first packet; complete connections alone"},
	{Name: "end_s", Unit: "s", Meaning: "of the last FIN"},
	{Name: "duration_s", Unit: "s", Head: "took (s)", Meaning: "from the one to the other"},
	{Name: "packets_sent", Unit: "packets", Head: "pkts >", Meaning: "from source to destination"},
	{Name: "packets_received", Unit: "packets", Head: "pkts <", Meaning: "from destination to source"},
	{Name: "packets", Unit: "packets", Spare: true, Meaning: "both ways"},
	{Name: "bytes_sent", Unit: "octets", Head: "bytes >", Meaning: "payload from source to destination, what was sent again included"},
	{Name: "bytes_received", Unit: "octets", Head: "bytes <", Meaning: "payload from destination to source"},
	{Name: "bytes", Unit: "octets", Spare: true, Meaning: "both ways"},
}

// uvic answers from all connections of a capture together.
type uvic struct {
	Request
	open book
	rows []uvicRow
	sums uvicSums
}

// uvicRow is a connection in the table.
type uvicRow struct {
	number int
	cells  []explain.Cell
}

// uvicSums are the statistics over the connections.
type uvicSums struct {
	complete, reset, noFIN, noFINReset, before int64
	completeReset                              int64
	duration, rtt, shake                       spread[time.Duration]
	packets, window, raw                       spread[int64]
	unknownScale                               int64
}

// spread is the least, the mean and the most.
type spread[T ~int64] struct {
	n           int64
	least, most T
	sum         float64
}

// add takes n values between least and most, whose sum is given.
func (s *spread[T]) add(n int64, least, most T, sum float64) {
	if n == 0 {
		return
	}
	if s.n == 0 {
		s.least, s.most = least, most
	}
	s.least, s.most = min(s.least, least), max(s.most, most)
	s.n, s.sum = s.n+n, s.sum+sum
}

func (s *spread[T]) one(v T) { s.add(1, v, v, float64(v)) }

func beginUVic(r Request) Teller { return &uvic{Request: r, open: newBook(false)} }

func (u *uvic) Observe(s *analyze.Segment) { u.open.observe(s) }

func (u *uvic) End(c *analyze.Connection) {
	r := u.open.take(c).measures.Result()
	u.sums.count(c, r)
	cells := []explain.Cell{
		explain.Number(c.Number), explain.Word(c.Ends[0].IP.String()), explain.Number(c.Ends[0].Port),
		explain.Word(c.Ends[1].IP.String()), explain.Number(c.Ends[1].Port), explain.Word(r.State()), explain.Word(yes(r.Complete())),
	}
	begin, end := r.FirstSYN.Sub(u.Began()), r.LastFIN.Sub(u.Began())
	for _, d := range []time.Duration{begin, end, end - begin} {
		cells = append(cells, explain.Seconds(d).Known(r.Complete()))
	}
	a, b := &c.Half[reconstruct.Client], &c.Half[reconstruct.Server]
	for _, n := range []int64{a.Packets, b.Packets, a.Packets + b.Packets, a.Payload, b.Payload, a.Payload + b.Payload} {
		cells = append(cells, explain.Number(n))
	}
	u.rows = append(u.rows, uvicRow{c.Number, cells})
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (s *uvicSums) count(c *analyze.Connection, r *course.Result) {
	syn, fin, rst := r.Counts()
	add := func(n *int64, when bool) {
		if when {
			*n++
		}
	}
	add(&s.complete, r.Complete())
	add(&s.completeReset, r.Complete() && rst > 0)
	add(&s.reset, rst > 0)
	add(&s.noFIN, fin == 0)
	add(&s.noFINReset, fin == 0 && rst > 0)
	add(&s.before, syn == 0)
	if !r.Complete() {
		return
	}
	s.duration.one(r.LastFIN.Sub(r.FirstSYN))
	s.packets.one(c.Packets())
	for _, side := range reconstruct.Sides {
		if k := &c.Sides[side].RTT.Samples[rtt.Karn]; !near(c.States.Vantage, c.Peer(side)) {
			s.rtt.add(k.N, time.Duration(k.Min), time.Duration(k.Max), float64(k.N)*k.Mean)
		}
		w := &r.Half[side].Windows
		s.window.add(w.N, w.Scaled.Least, w.Scaled.Most, float64(w.ScaledSum))
		s.raw.add(w.N, w.Raw.Least, w.Raw.Most, float64(w.RawSum))
		s.unknownScale += w.Unknown
	}
	if d := c.States.HandshakeRTT; d > 0 {
		s.shake.one(d)
	}
}

func (u *uvic) Documents() []*explain.Document {
	if len(u.rows) == 0 {
		return nil
	}
	slices.SortFunc(u.rows, func(a, b uvicRow) int { return cmp.Compare(a.number, b.number) })
	d := explain.New(u.File, u.File+": the questions of CSC 361 (University of Victoria), TCP traffic analysis")
	d.Task = "uvic-csc361"
	d.Add("definitions", "What counts as what", uvicDefinitions...)
	d.Add("total", "A) Number of connections", fmt.Sprintf("%s.", explain.Count(int64(len(u.rows)), "connection")))
	rows := &explain.Table{Columns: uvicColumns}
	for _, r := range u.rows {
		rows.Rows = append(rows.Rows, r.cells)
	}
	d.AddTable("ends", "B) The connections: addresses and ports", u.ends())
	d.AddMain("connections", "B) The connections: status, times, packets and bytes", rows,
		"> is from source to destination, < the other way. Times are told of complete connections alone; - is unknown or not told.")
	d.Add("general", "C) Complete, reset and open connections", u.sums.general()...)
	u.sums.statistics(d)
	d.Add("unknown", "What this capture cannot answer",
		"Whether a connection without a FIN was still open for its ends: a FIN or reset after the capture, or lost before the tap, is not in it. A longer capture, or ss on the host, tells.",
		"Whole round trips of data, where the capture was taken at neither end or where that is not known. A capture at one of the ends tells.")
	return []*explain.Document{d}
}

// ends is the table of endpoints.
func (u *uvic) ends() *explain.Table {
	t := &explain.Table{Columns: []explain.Column{{Name: "conn"}, {Name: "source"}, {Name: "port"}, {Name: "destination"}, {Name: "port"}}}
	for _, r := range u.rows {
		t.Rows = append(t.Rows, r.cells[:len(t.Columns)])
	}
	return t
}

var uvicDefinitions = []string{
	"A connection is a 4-tuple of addresses and ports, both ways. Where a new SYN opens the same 4-tuple again, that is a further connection here, as in Wireshark; a program that goes by the 4-tuple alone adds the two up.",
	"Source is the client, which sent the first SYN. Where no SYN was captured, who is called source is assumed.",
	"Status SxFy: x segments with SYN and y with FIN, of both sides together. A SYN,ACK counts as a SYN, and one that is sent again counts again. R: at least one segment with RST.",
	"Complete: at least one SYN and one FIN. That is the course's word: RFC 9293 has a connection closed only when both FINs were acknowledged, or by a reset. flowstate states tells that.",
	"Start is the first SYN, end the last FIN, duration the time between; what comes after the last FIN does not count to it. Times are in seconds after the capture's first packet.",
	"Packets are all segments of the connection, before the first SYN and after the last FIN too. Bytes are payload alone, without any header, and count each time they are sent.",
	"RTT of data: from a segment with data to the acknowledgement that reports it first, never of a segment that was sent again (Karn). Where the capture was taken at one end, only what that end sent counts, since the other way shows nothing but how fast it answers; else both ways count, and each sample is a part of the round trip. The mean is over all samples of all complete connections, not over the connections' means.",
	"RTT of the handshake: from the SYN to the acknowledgement of the SYN,ACK, where neither was sent again. It is a whole round trip wherever the capture was taken. Many solutions take a part of it, from the SYN to the SYN,ACK.",
	"Window: of every segment of both sides but resets, whose window means nothing. It is scaled where the handshake agreed on that (RFC 7323); the field as it stands in the header is given too, since many solutions leave the scale out.",
}

func (s *uvicSums) general() []string {
	lines := []string{
		fmt.Sprintf("Complete: %s. Of these, %d also had a reset.", explain.Count(s.complete, "connection"), s.completeReset),
		fmt.Sprintf("Reset: %s, with at least one RST.", explain.Count(s.reset, "connection")),
	}
	open := fmt.Sprintf("Still open when the capture ended: %s, without any FIN.", explain.Count(s.noFIN, "connection"))
	if s.noFINReset > 0 {
		open += fmt.Sprintf(" Of these, %d had been reset, which closes a connection too (RFC 9293 3.5.3), so that %d were open in the RFC's sense, as far as the capture tells.", s.noFINReset, s.noFIN-s.noFINReset)
	}
	return append(lines, open, fmt.Sprintf("Established before the capture began: %s, without any SYN.", explain.Count(s.before, "connection")))
}

// statistics adds the table of D).
func (s *uvicSums) statistics(d *explain.Document) {
	title := "D) Complete connections: least, mean and most"
	if s.complete == 0 {
		d.Add("statistics", title, "There is no complete connection.")
		return
	}
	rows := &explain.Table{Columns: []explain.Column{{Name: "of"}, {Name: "n"}, {Name: "min"}, {Name: "mean"}, {Name: "max"}}}
	spans := func(name string, v *spread[time.Duration]) {
		rows.Rows = append(rows.Rows, []explain.Cell{
			explain.Word(name), explain.Number(v.n), explain.Seconds(v.least).Known(v.n > 0),
			explain.Seconds(time.Duration(v.sum / float64(max(v.n, 1)))).Known(v.n > 0), explain.Seconds(v.most).Known(v.n > 0),
		})
	}
	counts := func(name string, v *spread[int64]) {
		rows.Rows = append(rows.Rows, []explain.Cell{
			explain.Word(name), explain.Number(v.n), explain.Number(v.least).Known(v.n > 0),
			explain.Decimal(v.sum/float64(max(v.n, 1)), 2).Known(v.n > 0), explain.Number(v.most).Known(v.n > 0),
		})
	}
	spans("duration (s)", &s.duration)
	spans("RTT of data (s)", &s.rtt)
	spans("RTT of the handshake (s)", &s.shake)
	counts("packets, both ways", &s.packets)
	counts("window (octets)", &s.window)
	counts("window field of the header", &s.raw)
	var lines []string
	if s.unknownScale > 0 {
		lines = append(lines, fmt.Sprintf("The scale of %s is not known; they count as in the header.", explain.Count(s.unknownScale, "window")))
	}
	d.AddTable("statistics", title, rows, lines...)
}
