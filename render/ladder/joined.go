package ladder

import (
	"fmt"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/join"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Joined gives the rows of a Recorder the times of a second capture of the
// connection.
type Joined struct {
	File  string        // the second capture
	Error time.Duration // of the difference of the clocks, 0 if unknown

	pair  *join.Pair
	conn  *analyze.Connection
	items []Item
	rows  map[capture.FrameNumber]*Row
	extra []*Row // that only the second capture holds
	more  int    // of them that found no room
}

// Join begins to take the packets of a pair, whose first member is conn. It
// uses up what was recorded.
func (r *Recorder) Join(conn *analyze.Connection, pair *join.Pair, file string) *Joined {
	j := &Joined{File: file, conn: conn, pair: pair, items: r.items, rows: map[capture.FrameNumber]*Row{}}
	for _, i := range r.items {
		if i.Row != nil {
			j.rows[i.Row.Frame] = i.Row
			i.Row.Sent, i.Row.Got = i.Row.At, i.Row.At
		}
	}
	return j
}

// Add takes a packet of the pair.
func (j *Joined) Add(p *join.Packet) {
	if !j.pair.FlowKnown {
		return
	}
	if p.Frames[join.A] == 0 {
		j.addExtra(p)
		return
	}
	r := j.rows[p.Frames[join.A]]
	if r == nil {
		return
	}
	switch p.Fate {
	case join.Lost:
		r.Fate = Lost
	case join.Passed, join.Split:
		r.Fate = Arrived
	}
	if p.Frames[join.B] == 0 || !p.HasDelay {
		return
	}
	r.OtherFrame, r.timed = p.Frames[join.B], true
	r.Sent, r.Got = j.since(p.Joined[p.Up]), j.since(p.Joined[p.Up.Peer()])
	r.Got = max(r.Got, r.Sent) // the clocks' difference has an error
}

// addExtra takes a packet that only the second capture holds.
func (j *Joined) addExtra(p *join.Packet) {
	if p.Fate != join.Lost || p.Up != join.B {
		return
	}
	if len(j.extra) == 4*leastKept {
		j.more++
		return
	}
	at := j.since(p.Joined[join.B])
	base := uint32(j.conn.Half[p.From].ISN)
	rel := int64(uint32(p.Seq) - base)
	j.extra = append(j.extra, &Row{
		OtherFrame: p.Frames[join.B], At: at, Sent: at, Got: at, From: p.From, Flags: p.Flags, Whole: true,
		Seq: uint32(p.Seq), RelSeq: rel, RelEnd: rel + int64(p.Len), Len: p.Len, Fate: Lost, timed: true, weight: noted,
	})
}

func (j *Joined) since(t capture.Timestamp) time.Duration { return t.Sub(j.conn.Start) }

// Ladder makes a ladder of both.
func (j *Joined) Ladder(o Options) *Ladder {
	items := slices.Clone(j.items)
	for _, r := range j.extra {
		at := slices.IndexFunc(items, func(i Item) bool {
			return i.Row != nil && i.Row.From == r.From && i.Row.OtherFrame > r.OtherFrame
		})
		if at < 0 {
			at = len(items)
		}
		items = slices.Insert(items, at, Item{Row: r})
	}
	return build(j.conn, items, j, o)
}

// note says where the times are from.
func (j *Joined) note() string {
	if !j.pair.FlowKnown {
		return "Arrows are horizontal, at the time of the first capture: which tap is nearer to the client is not known."
	}
	near := [2]string{"first", "second"}[j.pair.Nearer]
	note := fmt.Sprintf("Arrows begin and end at the times of the two taps, of which the %s is nearer to the %s", near, reconstruct.Client)
	if j.Error > 0 {
		note += fmt.Sprintf("; the clocks were compared within %s", short(j.Error))
	}
	if j.more > 0 {
		note += fmt.Sprintf("; %d further segments are in the second capture alone", j.more)
	}
	return note + "."
}
