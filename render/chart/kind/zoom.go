package kind

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// Zoom is the part of a connection that is shown. The zero value is all of it.
type Zoom struct {
	Time   Stretch // seconds since the connection's first packet
	Frames Stretch // frame numbers
	Bytes  Stretch // of the data shown, relative sequence numbers
	Phase  Phase
}

// Stretch is from one number to another; a side that is not given is open.
type Stretch struct {
	From, To       float64
	HasFrom, HasTo bool
}

func (s Stretch) given() bool { return s.HasFrom || s.HasTo }

// ParseStretch reads FROM:TO, either of which may be left out. Numbers may end
// in k or M.
func ParseStretch(text string) (s Stretch, err error) {
	from, to, colon := strings.Cut(text, ":")
	if s.From, s.HasFrom, err = parseEnd(from); err == nil {
		s.To, s.HasTo, err = parseEnd(to)
	}
	if err != nil || !colon || !s.given() || s.HasFrom && s.HasTo && s.From >= s.To {
		return s, fmt.Errorf("want a stretch such as 0.5:2 or 100: or :200, got %q", text)
	}
	return s, nil
}

func parseEnd(text string) (v float64, given bool, err error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, false, nil
	}
	factor := 1.0
	switch {
	case strings.HasSuffix(text, "k"):
		factor, text = 1e3, text[:len(text)-1]
	case strings.HasSuffix(text, "M"):
		factor, text = 1e6, text[:len(text)-1]
	}
	v, err = strconv.ParseFloat(text, 64)
	if v < 0 || v > 1e15 || v != v {
		err = strconv.ErrRange
	}
	return v * factor, true, err
}

// Phase is a part of a connection's life.
type Phase uint8

// The phases.
const (
	WholeLife Phase = iota
	Handshake       // to the first data
	SlowStart       // from there to the end of the first slow start (package limit)
	Transfer        // from the first data to the last acknowledgement of new data
	Close           // from the first FIN or reset on
)

var phaseNames = [...]string{"all", "handshake", "slow-start", "transfer", "close"}

// String returns the name used on the command line.
func (p Phase) String() string { return phaseNames[p] }

// Phases returns the names of all phases.
func Phases() []string { return phaseNames[:] }

// ParsePhase returns the phase of a name.
func ParsePhase(name string) (Phase, error) {
	if i := slices.Index(phaseNames[:], name); i >= 0 {
		return Phase(i), nil
	}
	return 0, fmt.Errorf("unknown phase %q: use %s", name, strings.Join(phaseNames[:], ", "))
}

// span is the time that a zoom shows, empty for all. Of several connections it
// is what any of them needs.
func (z *Zoom) span(v *view) (all chart.Range, err error) {
	if *z == (Zoom{}) {
		return all, nil
	}
	found := false
	v.each(func(t *Trace, s reconstruct.Side) {
		r, ok := z.of(t, s)
		switch {
		case !ok:
		case !found:
			all, found = r, true
		default:
			all = chart.Range{Lo: min(all.Lo, r.Lo), Hi: max(all.Hi, r.Hi)}
		}
	})
	if !found {
		return all, fmt.Errorf("nothing to draw: %s", z.missing())
	}
	pad := (all.Hi - all.Lo) * 0.03
	if z.Time.HasFrom {
		all.Lo += pad
	}
	if z.Time.HasTo {
		all.Hi -= pad
	}
	if all.Hi-all.Lo < 1e-9 {
		pad = 1e-6
	}
	return chart.Range{Lo: all.Lo - pad, Hi: all.Hi + pad}, nil
}

func (z *Zoom) missing() string {
	switch z.Phase {
	case WholeLife:
	case SlowStart:
		return "the capture does not tell where slow start is: it was not taken near the sender, or there is no data"
	default:
		return "the capture holds no " + z.Phase.String() + " of this connection"
	}
	return "the connection has no segment there"
}

// of is the time that the zoom shows of one side's data.
func (z *Zoom) of(t *Trace, s reconstruct.Side) (r chart.Range, ok bool) {
	from, to, ok := t.phase(z.Phase, s)
	if !ok {
		return r, false
	}
	var lo, hi time.Duration
	ok = false
	acked := int64(1)
	for i := range t.Rows {
		row := &t.Rows[i]
		before := acked
		if row.From != s && row.HasAck {
			acked = max(acked, row.Ack)
		}
		if row.At < from || row.At > to || !z.Frames.holds(float64(row.Frame), float64(row.Frame)) {
			continue
		}
		if z.Bytes.given() && !z.shows(row, s, before) {
			continue
		}
		if !ok {
			lo, hi, ok = row.At, row.At, true
		}
		lo, hi = min(lo, row.At), max(hi, row.At)
	}
	r = chart.Range{Lo: seconds(lo), Hi: seconds(hi)}
	if z.Time.HasFrom {
		r.Lo = max(r.Lo, z.Time.From)
	}
	if z.Time.HasTo {
		r.Hi = min(r.Hi, z.Time.To)
	}
	return r, ok && r.Lo <= r.Hi
}

// shows tells whether a segment carries bytes that are shown, or acknowledges them
// for the first time, where all below acked was acknowledged before.
func (z *Zoom) shows(r *Row, s reconstruct.Side, acked int64) bool {
	if r.From == s {
		return r.Len > 0 && z.Bytes.holds(float64(r.Seq), float64(r.End-1))
	}
	return r.HasAck && r.Ack > acked && z.Bytes.holds(float64(acked), float64(r.Ack-1))
}

// holds tells whether anything from lo to hi lies in the stretch.
func (s Stretch) holds(lo, hi float64) bool {
	return !(s.HasFrom && hi < s.From || s.HasTo && lo > s.To)
}

// note says what part is shown.
func (z *Zoom) note() string {
	if z.Phase == WholeLife {
		return ""
	}
	return "Shown: the " + z.Phase.String() + "."
}

// phase returns the times between which a phase lies; ok is false where the
// capture does not show it.
func (t *Trace) phase(p Phase, s reconstruct.Side) (from, to time.Duration, ok bool) {
	const forever = time.Duration(1<<63 - 1)
	data, end := t.transfer(s)
	switch p {
	case Handshake:
		if data < 0 {
			data = forever
		}
		return 0, data, len(t.Rows) > 0 && t.Rows[0].Flags.Has(decode.SYN)
	case SlowStart:
		to, ok := t.slowStart(s)
		return data, to, data >= 0 && ok
	case Transfer:
		return data, end, data >= 0
	case Close:
		for i := range t.Rows {
			if t.Rows[i].Flags&(decode.FIN|decode.RST) != 0 {
				return t.Rows[i].At, forever, true
			}
		}
		return 0, 0, false
	}
	return 0, forever, true
}

// transfer returns when a side's first data was sent, -1 for never, and when
// the last of it was acknowledged, or sent where it was not.
func (t *Trace) transfer(s reconstruct.Side) (from, to time.Duration) {
	from = -1
	top := int64(0)
	for i := range t.Rows {
		r := &t.Rows[i]
		switch {
		case r.From == s && r.Len > 0:
			if from < 0 {
				from = r.At
			}
			to = max(to, r.At)
		case r.From != s && r.HasAck && r.Ack > top && from >= 0:
			top, to = r.Ack, max(to, r.At)
		}
	}
	return from, to
}

// slowStart returns when a side's first slow start ended, or the transfer where
// it lasted as long; ok is false where the capture does not tell.
func (t *Trace) slowStart(s reconstruct.Side) (to time.Duration, ok bool) {
	for i := range t.Rows {
		if r := &t.Rows[i]; r.PhaseKnown && r.About() == s {
			ok = true
			break
		}
	}
	if e := &t.Conn.Sides[s].Limit.SlowStart; e.Why != limit.Still {
		return e.Time.Sub(t.Conn.Start), ok
	}
	_, to = t.transfer(s)
	return to, ok
}
