package table

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/join"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// JoinText writes joined captures for people.
type JoinText struct{ Style Style }

// AppendClock tells how the clocks differ.
func (t *JoinText) AppendClock(b []byte, files [2]string, c *join.Clock) []byte {
	var out strings.Builder
	for _, tap := range join.Taps {
		out.WriteString(t.Style.paint(bold, tap.String()) + "  " + clean(files[tap]) + "\n")
	}
	out.WriteString("\n" + t.Style.paint(bold, "clocks") + "\n")
	for i := range c.Stretches {
		for _, line := range stretchLines(&c.Stretches[i], i > 0) {
			out.WriteString("  " + line + "\n")
		}
	}
	if len(c.Stretches) == 0 {
		out.WriteString("  no packet that both hold tells how they differ\n")
	}
	out.WriteByte('\n')
	return append(b, out.String()...)
}

// stretchLines tell of a time in which no clock was set.
func stretchLines(s *join.Stretch, step bool) (lines []string) {
	ahead, offset := "ahead of", s.Offset
	if offset < 0 {
		ahead, offset = "behind", -offset
	}
	where := ""
	if step {
		where = fmt.Sprintf("a clock was set; from frame %d of a, %d of b on ", s.From[join.A], s.From[join.B])
	}
	line := where + "b's is " + string(appendFixed(nil, offset, 6)) + " s " + ahead + " a's"
	if s.Sided {
		lines = append(lines, line+", or less: all packets went one way, and the shortest delay is taken to be 0")
	} else {
		lines = append(lines, line+", give or take "+string(appendFixed(nil, s.Error, 6))+
			" s: as if the shortest delays both ways were equal")
	}
	return append(lines, driftText(s))
}

func driftText(s *join.Stretch) string {
	from := fmt.Sprintf(" (%d packets)", s.N)
	switch {
	case !s.DriftKnown:
		return "too little to tell whether one is faster" + from
	case s.Drift == 0:
		return fmt.Sprintf("neither is faster, give or take %.1f ppm%s", 1e6*s.DriftSpread, from)
	case s.Drift < 0:
		return fmt.Sprintf("b's is slower by %.3f ppm, give or take %.3f%s", -1e6*s.Drift, 1e6*s.DriftSpread, from)
	}
	return fmt.Sprintf("b's is faster by %.3f ppm, give or take %.3f%s", 1e6*s.Drift, 1e6*s.DriftSpread, from)
}

// matchWords say by what two connections are one.
var matchWords = [...]string{
	join.BySockets:  "addresses, ports and initial sequence numbers",
	join.ByPackets:  "addresses, ports and packets in both",
	join.ByNumbers:  "the initial sequence numbers; addresses or ports were rewritten",
	join.ByContents: "packets in both; addresses or ports were rewritten",
	join.ByRange:    "addresses, ports and the range of sequence numbers",
}

// AppendBlock appends everything about one connection, in lines of its own.
func (t *JoinText) AppendBlock(b []byte, j *Joined) []byte {
	var out strings.Builder
	for _, tap := range join.Taps {
		s := &j.In[tap]
		client, server := j.role(tap, reconstruct.Client), j.role(tap, reconstruct.Server)
		out.WriteString(t.Style.paint(bold, fmt.Sprintf("connection %d of %v", s.Number, tap)) + "  " +
			s.Ends[client].String() + " > " + s.Ends[server].String() + "\n")
	}
	label := func(name, words string) {
		out.WriteString("  " + t.Style.paint(dim, padded(name, joinLabel)) + "  " + words + "\n")
	}
	label("one by", matchWords[j.Match]+" ("+j.Match.Certainty()+")")
	nearer := "unknown: no packet takes time from one to the other"
	if j.FlowKnown {
		nearer = j.Nearer.String()
	}
	label("nearer to the client", nearer)
	t.writeDirections(&out, j)
	out.WriteByte('\n')
	return append(b, out.String()...)
}

const joinLabel = len("nearer to the client")

// joinLines are the facts about what each side sent. A line that says nothing
// of either side, though it could, is left out.
var joinLines = [...]struct {
	label string
	idle  string // the cell that says nothing
	of    func(*join.Direction) string
}{
	{"packets in a", "", count(func(d *join.Direction) int64 { return d.Packets[join.A] })},
	{"packets in b", "", count(func(d *join.Direction) int64 { return d.Packets[join.B] })},
	{"in both", "", count(func(d *join.Direction) int64 { return d.Matched })},
	{"split or merged", "0", count(func(d *join.Direction) int64 { return d.Split })},
	{"lost between", "", func(d *join.Direction) string {
		if d.LostBytes == 0 {
			return strconv.FormatInt(d.Lost, 10)
		}
		return fmt.Sprintf("%d (%d bytes)", d.Lost, d.LostBytes)
	}},
	{"not recorded in a", "0", count(func(d *join.Direction) int64 { return d.Missing[join.A] })},
	{"not recorded in b", "0", count(func(d *join.Direction) int64 { return d.Missing[join.B] })},
	{"second copies in a", "0", count(func(d *join.Direction) int64 { return d.Duplicated[join.A] })},
	{"second copies in b", "0", count(func(d *join.Direction) int64 { return d.Duplicated[join.B] })},
	{"b not recording", "0", count(func(d *join.Direction) int64 { return d.Outside[join.A] })},
	{"a not recording", "0", count(func(d *join.Direction) int64 { return d.Outside[join.B] })},
	{"reordered", "", count(func(d *join.Direction) int64 { return d.Reordered })},
	{"congestion marks", "0", count(func(d *join.Direction) int64 { return d.Marked })},
	{"hops between", "", hopsText},
	{"options rewritten", "none", func(d *join.Direction) string {
		if len(d.Changes) == 0 {
			return "none"
		}
		return strings.Join(d.Changes, ", ")
	}},
	{"delay s, least", "", delay(func(d *join.Direction) int64 { return d.Delay.Min })},
	{"median", "", delay(func(d *join.Direction) int64 { return d.Delay.Median })},
	{"99 %", "", delay(func(d *join.Direction) int64 { return d.Delay.P99 })},
	{"most", "", delay(func(d *join.Direction) int64 { return d.Delay.Max })},
	{"samples", "", count(func(d *join.Direction) int64 { return d.Delay.N })},
}

func count(of func(*join.Direction) int64) func(*join.Direction) string {
	return func(d *join.Direction) string { return strconv.FormatInt(of(d), 10) }
}

func delay(of func(*join.Direction) int64) func(*join.Direction) string {
	return func(d *join.Direction) string {
		if d.Delay.N == 0 {
			return "-"
		}
		return string(appendFixed(nil, time.Duration(of(d)), 6))
	}
}

func hopsText(d *join.Direction) string {
	switch {
	case d.Hops.N == 0:
		return "-"
	case d.Hops.Min == d.Hops.Max:
		return strconv.Itoa(d.Hops.Min)
	}
	return fmt.Sprintf("%d to %d", d.Hops.Min, d.Hops.Max)
}

// writeDirections prints what became of each side's packets, in two columns.
func (t *JoinText) writeDirections(out *strings.Builder, j *Joined) {
	row := func(label, client, server string) {
		out.WriteString(strings.TrimRight("  "+t.Style.paint(dim, padded(label, joinLabel))+"  "+padded(client, 22)+"  "+server, " ") + "\n")
	}
	out.WriteByte('\n')
	row("", t.Style.paint(dim, padded("from the client", 22)), t.Style.paint(dim, "from the server"))
	for _, line := range joinLines {
		client, server := line.of(&j.Sides[0]), line.of(&j.Sides[1])
		if client != line.idle || server != line.idle {
			row(line.label, client, server)
		}
	}
}

// joinedHeadings are the columns of the table of packets for people.
var joinedHeadings = [...]heading{
	{name: "conn", right: true},
	{name: ""},
	{name: "a", right: true},
	{name: "b", right: true},
	{name: "time s", right: true},
	{name: "delay s", right: true},
	{name: "flags", rank: 1},
	{name: "seq", right: true, rank: 2},
	{name: "len", right: true},
	{name: "fate"},
}

// NewJoinAligner returns what lays out the lines of AppendPacket.
func NewJoinAligner(out io.Writer, style Style) *Aligner {
	return newAligner(out, style, joinedHeadings[:])
}

// AppendPacket appends a row of the table of packets. The time is a's, since
// began; > is from the client.
func (t *JoinText) AppendPacket(b []byte, p *join.Packet, began capture.Timestamp) []byte {
	b = strconv.AppendInt(b, int64(p.Conns[join.A]), 10)
	b = append(b, '\t', "><"[p.From], '\t')
	seen := capture.NoTime
	for _, tap := range join.Taps {
		if p.Frames[tap] == 0 {
			b = append(b, "-\t"...)
			continue
		}
		b = append(strconv.AppendInt(b, int64(p.Frames[tap]), 10), '\t')
		if seen == capture.NoTime || tap == p.Up {
			seen = p.Joined[tap]
		}
	}
	b = append(appendFixed(b, seen.Sub(began), 6), '\t')
	if p.HasDelay {
		b = appendFixed(b, p.Delay, 6)
	} else {
		b = append(b, '-')
	}
	b = append(append(append(b, '\t'), flagNames(p.Flags)...), '\t')
	b = append(strconv.AppendUint(b, uint64(p.Seq), 10), '\t')
	b = append(strconv.AppendInt(b, int64(p.Len), 10), '\t')
	return append(append(b, t.fateText(p)...), '\n')
}

// fateText dims what is usual.
func (t *JoinText) fateText(p *join.Packet) string {
	switch {
	case p.Reordered:
		return t.Style.paint(yellow, p.Fate.String()+", reordered")
	case p.Fate == join.Passed || p.Fate == join.Split || p.Fate == join.Outside:
		return t.Style.paint(dim, p.Fate.String())
	case p.Fate == join.Lost:
		return t.Style.paint(red, p.Fate.String())
	}
	return t.Style.paint(yellow, p.Fate.String())
}
