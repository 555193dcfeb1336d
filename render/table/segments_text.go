package table

import (
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// SegmentsText writes the segments of one capture for people, in the notation
// of package scenario: what it writes can be read back and turned into a
// capture again. Frame numbers and marks stand in comments.
//
// Times are relative to the first packet of the first connection that is
// written. One value writes one capture; the zero value is ready to use.
type SegmentsText struct {
	Style Style
	began capture.Timestamp
	conn  int
	known map[int]isns // what has been told of each connection
	width int          // of the notation, so far
}

// Append appends one segment.
func (t *SegmentsText) Append(b []byte, s *Segment) []byte {
	if t.known == nil {
		t.known, t.began, t.width = map[int]isns{}, s.Conn.Start, usualNotation
		b = append(b, t.Style.paint(dim, "# "+clean(s.File))+"\n"+t.start()...)
	}
	if s.Conn.Number != t.conn {
		t.conn = s.Conn.Number
		b = append(b, t.Style.paint(bold, "@conn "+strconv.Itoa(t.conn))+"\n"...)
	}
	b = t.appendEnds(b, s)
	line := scenario.FromStep(s.Step)
	line.Time = s.Step.Segment.Time.Sub(t.began)
	notation := line.String()
	b = append(b, notation...)
	t.width = max(t.width, min(len(notation), longestNotation))
	for range max(t.width-len(notation), 0) + len(gap) {
		b = append(b, ' ')
	}
	b = append(b, t.Style.paint(dim, "# "+strconv.FormatInt(int64(s.Step.Segment.Frame), 10))...)
	b = t.appendMarks(b, s.Marks)
	return append(t.appendCause(b, s.Loss), '\n')
}

// Comments begin at a column that moves right with longer lines, up to a limit.
const (
	usualNotation   = 64
	longestNotation = 100
)

// start is the directive for the time of zero, without which reading the text
// back would give other dates.
func (t *SegmentsText) start() string {
	if t.began == capture.NoTime {
		return ""
	}
	return t.Style.paint(dim, "@start "+t.began.Time().Format(time.RFC3339Nano)) + "\n"
}

// appendEnds says who talks on a connection that is new, and where the
// sequence numbers of a side begin as soon as that is known.
func (t *SegmentsText) appendEnds(b []byte, s *Segment) []byte {
	var now isns
	for _, side := range reconstruct.Sides {
		h := &s.Conn.Half[side]
		now[side] = isn{h.ISN, h.HasISN}
	}
	before, known := t.known[t.conn]
	if known && before == now {
		return b
	}
	t.known[t.conn] = now
	var told []string
	for line := range strings.Lines(scenario.Header(s.Conn)) {
		if !known || before.lacks(line, now) {
			told = append(told, strings.TrimSuffix(line, "\n"))
		}
	}
	if len(told) == 0 {
		return b
	}
	return append(b, t.Style.paint(dim, strings.Join(told, "\n"))+"\n"...)
}

// lacks tells whether a directive says what has changed since.
func (before isns) lacks(directive string, now isns) bool {
	for _, side := range reconstruct.Sides {
		if strings.HasPrefix(directive, "@isn "+side.String()) {
			return before[side] != now[side]
		}
	}
	return false
}

// isns are the initial sequence numbers of both sides, as far as known.
type isns [2]isn

type isn struct {
	seq.Number
	known bool
}

func (t *SegmentsText) appendMarks(b []byte, marks reconstruct.Marks) []byte {
	for i, name := range markNames(marks) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, ' ')
		b = append(b, t.Style.paint(markColor(name), name)...)
	}
	return b
}

// appendCause says why a segment was sent again, came late or came twice, and
// what it shows of what the other side sent again.
func (t *SegmentsText) appendCause(b []byte, v loss.Verdict) []byte {
	if v.Needless != 0 {
		b = strconv.AppendInt(append(b, " (shows that "...), int64(v.Needless), 10)
		b = append(append(append(b, " was not needed, by "...), v.By.String()...), ')')
	}
	if v.Cause == loss.None {
		return b
	}
	b = append(append(b, " ("...), v.Cause.String()...)
	if v.Backoff > 1 {
		b = strconv.AppendInt(append(b, " no. "...), int64(v.Backoff), 10)
	}
	if v.OfFrame != 0 {
		b = strconv.AppendInt(append(b, " of "...), int64(v.OfFrame), 10)
	}
	if v.Witness != loss.Nothing {
		b = append(append(b, ": "...), v.Certainty().String()...)
		b = append(append(b, ", by "...), v.Witness.String()...)
	}
	return append(b, ')')
}

// markColor picks out the marks of trouble.
func markColor(name string) string {
	switch name {
	case reconstruct.Retransmission.String(), reconstruct.ZeroWindow.String(), reconstruct.GapBefore.String(), reconstruct.UnseenACK.String():
		return yellow
	}
	return ""
}
