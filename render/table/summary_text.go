package table

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/phrase"
)

// summaryHeadings are the columns of the table for people. > is what the
// client sent and < what the server sent, as in the notation of segments.
var summaryHeadings = [...]heading{
	{name: "file", least: 16, tail: true},
	{name: "conn", right: true},
	{name: "client"},
	{name: "server"},
	{name: "open", rank: 1},
	{name: "close", rank: 1},
	{name: "client ends", rank: 4},
	{name: "server ends", rank: 4},
	{name: "packets", right: true, rank: 3},
	{name: "bytes >", right: true, rank: 2},
	{name: "bytes <", right: true, rank: 2},
	{name: "retr", right: true, rank: 5},
	{name: "ooo", right: true, rank: 6},
	{name: "dup", right: true, rank: 7},
	{name: "time s", right: true, rank: 8},
	{name: "findings", least: 20},
}

// NewSummaryAligner returns what lays out the lines of a SummaryText.
func NewSummaryAligner(out io.Writer, t *SummaryText) *Aligner {
	headings := summaryHeadings[:]
	if !t.Files {
		headings = headings[1:]
	}
	return newAligner(out, t.Style, headings)
}

// SummaryText writes connections for people, as lines of an Aligner.
type SummaryText struct {
	Style Style
	Files bool // rows name their file
}

// AppendRow appends a row of the table.
func (t *SummaryText) AppendRow(b []byte, c *Connection) []byte {
	if t.Files {
		b = append(append(b, clean(c.File)...), '\t')
	}
	b = strconv.AppendInt(b, int64(c.Number), 10)
	for _, side := range reconstruct.Sides {
		b = append(b, '\t')
		b = append(b, c.Ends[side].String()...)
	}
	b = append(append(b, '\t'), c.States.Open.String()...)
	b = append(append(b, '\t'), c.States.Close.String()...)
	for _, side := range reconstruct.Sides {
		b = append(b, '\t')
		b = append(b, orDash(c.finalState(side))...)
	}
	b = append(b, '\t')
	b = strconv.AppendInt(b, c.Packets(), 10)
	for _, side := range reconstruct.Sides {
		b = append(b, '\t')
		b = strconv.AppendInt(b, c.Half[side].Unique, 10)
	}
	for _, mark := range []reconstruct.Mark{reconstruct.Retransmission, reconstruct.OutOfOrder, reconstruct.Duplicate} {
		b = append(b, '\t')
		b = t.appendCount(b, c.both(mark))
	}
	b = append(b, '\t')
	b = appendFixed(b, c.End.Sub(c.Start), 6)
	b = append(b, '\t')
	return append(t.appendCodes(b, c.Connection.Findings), '\n')
}

// both counts the segments with a mark, of both sides.
func (c *Connection) both(m reconstruct.Mark) int64 {
	return int64(c.Half[reconstruct.Client].Counts[m]) + int64(c.Half[reconstruct.Server].Counts[m])
}

// appendCount dims a zero, so that the others are seen.
func (t *SummaryText) appendCount(b []byte, n int64) []byte {
	if n == 0 {
		return append(b, t.Style.paint(dim, "0")...)
	}
	return strconv.AppendInt(b, n, 10)
}

// appendCodes writes each code once.
func (t *SummaryText) appendCodes(b []byte, list []finding.Finding) []byte {
	for i, f := range list {
		if repeated(list[:i], f.Code) {
			continue
		}
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, t.Style.paint(severityColor(f.Severity()), f.Code.String())...)
	}
	return b
}

func repeated(list []finding.Finding, code finding.Code) bool {
	for _, f := range list {
		if f.Code == code {
			return true
		}
	}
	return false
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// AppendBlock appends everything about one connection, in lines of its own.
func (t *SummaryText) AppendBlock(b []byte, c *Connection) []byte {
	var out strings.Builder
	out.WriteString(t.title(c))
	t.writeFacts(&out, c)
	lines := strings.Count(out.String(), "\n")
	writeFindings(&out, t.Style, c.Connection.Findings, max(screen-1-lines, fewest))
	out.WriteByte('\n')
	return append(b, out.String()...)
}

// AppendFacts appends what AppendBlock does, without the title and the findings.
func (t *SummaryText) AppendFacts(b []byte, c *Connection) []byte {
	var out strings.Builder
	t.writeFacts(&out, c)
	return append(b, out.String()...)
}

// writeFacts prints what is known of the connection and of both sides.
func (t *SummaryText) writeFacts(out *strings.Builder, c *Connection) {
	for _, line := range blockLines(c) {
		for i, part := range wrapped(line[1], 2*t.columnWidth()+len(gap)) {
			label := [...]string{line[0], ""}[min(i, 1)]
			out.WriteString("  " + t.Style.paint(dim, padded(label, labelWidth)) + "  " + part + "\n")
		}
	}
	t.writeSides(out, c)
}

// columnWidth is that of one side's column: less where the terminal is narrow,
// but enough for most words.
func (t *SummaryText) columnWidth() int {
	if t.Style.Width == 0 {
		return columnWidth
	}
	return max(min(columnWidth, (t.Style.Width-2-labelWidth-2-len(gap))/2), leastColumn)
}

// A block is made to fit on a screen: its findings have the lines that are left,
// but no fewer than the fewest.
const (
	screen      = 40
	screenWidth = 2 + labelWidth + 2 + 2*columnWidth + len(gap)
	fewest      = 3
)

// labelWidth is that of the longest label of a block.
const labelWidth = len("peer's window full")

func padded(s string, n int) string { return s + strings.Repeat(" ", max(n-width(s), 0)) }

// title names a connection.
func (t *SummaryText) title(c *Connection) string { return title(t.Style, c, t.Files) }

func title(style Style, c *Connection, files bool) string {
	text := "connection " + strconv.Itoa(c.Number)
	if files {
		text = clean(c.File) + ": " + text
	}
	ends := c.Ends[0].String() + " > " + c.Ends[1].String()
	if width(text)+2+width(ends) > screenWidth {
		return style.paint(bold, text) + "\n  " + ends + "\n"
	}
	return style.paint(bold, text) + "  " + ends + "\n"
}

// blockLines are the facts about a connection as a whole: label and text.
func blockLines(c *Connection) [][2]string {
	closing := c.States.Close.String()
	if c.States.CloseDetail != "" {
		closing += ": " + c.States.CloseDetail
	}
	opening := c.States.Open.String()
	if !c.RolesObserved {
		opening += " (who is the client is assumed)"
	}
	if rtt := c.States.HandshakeRTT; rtt > 0 {
		opening += ", round trip " + string(appendFixed(nil, rtt, 6)) + " s"
	}
	lines := [][2]string{{"health", healthText(c)}, {"tap", placeText(c)}, {"open", opening}, {"close", closing}}
	if v := moment(c.Start); v.kind != unknown {
		lines = append(lines, [2]string{"start", string(v.appendFlat(nil)) + ", frames " + frameRange(c)})
	}
	took := string(appendFixed(nil, c.End.Sub(c.Start), 6)) + " s"
	if text := phaseText(&c.Phases); text != "" {
		took += ": " + text
	}
	return append(lines, [2]string{"duration", took})
}

// placeText tells where the tap was, and how that is known.
func placeText(c *Connection) string {
	line := vantageWords(c)
	if why := c.Vantage.Evidence(); why != "" {
		line += " (" + c.Vantage.Certainty.String() + "): " + why
	}
	if full := &c.Vantage.Full; full.N > 0 {
		line += "; whole round trip " + string(appendFixed(nil, time.Duration(full.Median), 6)) + " s (median of " + strconv.FormatInt(full.N, 10) + ")"
	}
	return line
}

func frameRange(c *Connection) string {
	first, last := strconv.FormatInt(int64(c.First), 10), strconv.FormatInt(int64(c.Last), 10)
	if first == last {
		return first
	}
	return first + " to " + last
}

// sideLine is a fact about each side.
type sideLine struct {
	label string
	of    func(*Connection, reconstruct.Side) Value
}

// sideLines are the facts about what each side sent.
var sideLines = [...]sideLine{
	{"ends in", func(c *Connection, s reconstruct.Side) Value {
		name := c.finalState(s)
		return when(name != "", text(name))
	}},
	{"packets", half(func(h *reconstruct.Half) Value { return num(h.Packets) })},
	{"bytes", half(func(h *reconstruct.Half) Value { return text(bytesText(h)) })},
	{"retransmissions", func(c *Connection, s reconstruct.Side) Value { return text(repetitionText(c, s)) }},
	{"out of order", half(func(h *reconstruct.Half) Value {
		return when(h.Counts[reconstruct.OutOfOrder] > 0, num(h.Counts[reconstruct.OutOfOrder]))
	})},
	{"duplicates", half(func(h *reconstruct.Half) Value {
		return when(h.Counts[reconstruct.Duplicate] > 0, num(h.Counts[reconstruct.Duplicate]))
	})},
	{"round trip", func(c *Connection, s reconstruct.Side) Value { return roundTripText(&c.Sides[s].RTT) }},
	{"most in flight", func(c *Connection, s reconstruct.Side) Value {
		r := &c.Sides[s].Flight
		return when(r.Known, text(flightText(r)))
	}},
	{"congestion window", func(c *Connection, s reconstruct.Side) Value { return cwndText(&c.Sides[s].Limit) }},
	{"limited by", func(c *Connection, s reconstruct.Side) Value { return limitText(&c.Sides[s].Limit) }},
	{"slow start ended", exitText},
	{"recoveries", func(c *Connection, s reconstruct.Side) Value { return recoveryText(&c.Sides[s].Limit) }},
	{"window", func(c *Connection, s reconstruct.Side) Value { return windowText(&c.Sides[s].Flight.Windows) }},
	{"goodput bit/s", func(c *Connection, s reconstruct.Side) Value { return goodputText(&c.Sides[s].Flight) }},
	{"not captured", half(func(h *reconstruct.Half) Value { return when(h.Missing > 0, num(h.Missing)) })},
	{"options", half(func(h *reconstruct.Half) Value {
		return when(h.SYNSeen, text(optionText(h)))
	})},
}

func half(of func(*reconstruct.Half) Value) func(*Connection, reconstruct.Side) Value {
	return func(c *Connection, side reconstruct.Side) Value { return of(&c.Half[side]) }
}

// optionText lists the options of a SYN with their values.
func optionText(h *reconstruct.Half) string {
	list := OptionNames(h.Options.Set)
	for i, name := range list {
		switch name {
		case "MSS":
			list[i] += " " + strconv.Itoa(int(h.Options.MSS))
		case "Window-Scale":
			list[i] += " " + strconv.Itoa(int(h.Options.WindowScale))
		}
	}
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// columnWidth is the most that a column of a side takes: a block is no wider
// than 100 columns.
const columnWidth = 37

// leastColumn is the least.
const leastColumn = 20

// writeSides prints what is known of each side, in two columns. What is known
// of neither is left out.
func (t *SummaryText) writeSides(out *strings.Builder, c *Connection) {
	out.WriteByte('\n')
	t.writeRow(out, "", [2]string{"client", "server"}, dim)
	t.writeRow(out, "", [2]string{c.Ends[0].String(), c.Ends[1].String()}, "")
	for _, lines := range [...][]sideLine{sideLines[:], behaviourLines[:]} {
		for _, line := range lines {
			client, server := line.of(c, reconstruct.Client), line.of(c, reconstruct.Server)
			if client.kind != unknown || server.kind != unknown {
				t.writeRow(out, line.label, [2]string{orDash(string(client.appendFlat(nil))), orDash(string(server.appendFlat(nil)))}, "")
			}
		}
	}
}

// writeRow prints one fact about both sides, in as many lines as it needs.
func (t *SummaryText) writeRow(out *strings.Builder, label string, cells [2]string, color string) {
	wide := t.columnWidth()
	left, right := wrapped(cells[0], wide), wrapped(cells[1], wide)
	for i := range max(len(left), len(right)) {
		var a, b string
		if i < len(left) {
			a = t.Style.paint(color, left[i])
		}
		if i < len(right) {
			b = t.Style.paint(color, right[i])
		}
		if i > 0 {
			label = ""
		}
		row := "  " + t.Style.paint(dim, padded(label, labelWidth)) + "  " + padded(a, wide) + "  " + b
		out.WriteString(strings.TrimRight(row, " ") + "\n")
	}
}

// writeFindings prints findings, wrapped, in at most the given lines. Where
// these are too few, the last tells how many more there are.
func writeFindings(out *strings.Builder, style Style, list []finding.Finding, most int) {
	if len(list) == 0 {
		return
	}
	out.WriteByte('\n')
	most--
	for i, f := range list {
		place := ""
		if f.Frame > 0 {
			place = " at frame " + strconv.FormatInt(int64(f.Frame), 10)
		}
		parts := wrapped(f.Code.String()+place+": "+clean(f.Text), screenWidth-2-severityWidth-2)
		last := i == len(list)-1
		if len(parts) > most || !last && len(parts) == most {
			out.WriteString("  and " + phrase.Counted(int64(len(list)-i), "more finding") + "; --format json tells all\n")
			return
		}
		most -= len(parts)
		for j, part := range parts {
			label := padded([...]string{f.Severity().String(), ""}[min(j, 1)], severityWidth)
			out.WriteString("  " + style.paint(severityColor(f.Severity()), label) + "  " + part + "\n")
		}
	}
}

const severityWidth = len("warning")
