package kind

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// limitKeys tell limits apart by grey and hatch.
var limitKeys = [limit.NumLimits]chart.Key{
	limit.Rwnd:    {Name: "receive window", Fill: chart.Fill{Ink: 0xcde5d8, Hatch: chart.Rising}},
	limit.Cwnd:    {Name: "congestion window", Fill: chart.Fill{Ink: 0x9ec5e3}},
	limit.App:     {Name: "application", Fill: chart.Fill{Ink: scene.White}},
	limit.Path:    {Name: "path", Fill: chart.Fill{Ink: 0xf6e3c5, Hatch: chart.Crossed}},
	limit.Unknown: {Name: "unknown", Fill: chart.Fill{Ink: 0xe0e0e0, Hatch: chart.Upright}},
}

// limits shows along time what kept each side from sending more.
func limits(v *view) []chart.Panel {
	panel := chart.Panel{Y: chart.Axis{Label: "What limits the sender"}}
	var used [limit.NumLimits]bool
	v.each(func(t *Trace, s reconstruct.Side) {
		if spans := t.limitSpans(s, &used); len(spans) > 0 {
			panel.Lanes = append(panel.Lanes, chart.Lane{Name: v.lane(t, s), Spans: spans})
		}
	})
	panel.Key = usedKeys(&used)
	return []chart.Panel{panel}
}

func usedKeys(used *[limit.NumLimits]bool) (keys []chart.Key) {
	for l, u := range used {
		if u {
			keys = append(keys, limitKeys[l])
		}
	}
	return keys
}

// lane names a side in a panel of lanes.
func (v *view) lane(t *Trace, s reconstruct.Side) string {
	if v.overlaid() && v.sides == Both {
		return t.Name + ", " + s.String()
	}
	if v.overlaid() {
		return t.Name
	}
	return s.String()
}

// limitSpans joins the verdicts on a side's time: each is on what was since the
// one before, so that the spans last as long as the shares say.
func (t *Trace) limitSpans(s reconstruct.Side, used *[limit.NumLimits]bool) (spans []chart.Span) {
	from, _ := t.transfer(s)
	if from < 0 {
		return nil
	}
	at, last := from, limit.Limit(limit.NumLimits)
	for i := range t.Rows {
		r := &t.Rows[i]
		if !r.Judged || r.About() != s || r.At <= at {
			continue
		}
		if r.Verdict != last {
			last = r.Verdict
			used[last] = true
			spans = append(spans, chart.Span{Range: chart.Range{Lo: seconds(at)}, Note: last.String(), Fill: limitKeys[last].Fill})
		}
		spans[len(spans)-1].Hi, at = seconds(r.At), r.At
	}
	return spans
}

// limitShares shows in which shares of its transfer each limit kept a side from
// sending more.
func limitShares(v *view) []chart.Panel {
	panel := chart.Panel{Y: chart.Axis{Label: "What limits the sender"}}
	var used [limit.NumLimits]bool
	v.each(func(t *Trace, s reconstruct.Side) {
		r := &t.Conn.Sides[s].Limit
		whole := r.Span()
		if !r.Known || whole <= 0 {
			return
		}
		lane := chart.Lane{Name: v.lane(t, s)}
		at := 0.0
		for l, d := range r.Time {
			if d <= 0 {
				continue
			}
			used[l] = true
			share := float64(d) / float64(whole)
			text := fmt.Sprintf("%.0f %%", 100*share)
			lane.Spans = append(lane.Spans, chart.Span{Range: chart.Range{Lo: at, Hi: at + share}, Text: text, Note: limit.Limit(l).String(), Fill: limitKeys[l].Fill})
			at += share
		}
		panel.Lanes = append(panel.Lanes, lane)
	})
	panel.Key = usedKeys(&used)
	return []chart.Panel{panel}
}

func sayLimits(v *view) (said []string) {
	v.each(func(t *Trace, s reconstruct.Side) {
		r := &t.Conn.Sides[s].Limit
		if whole := r.Span(); r.Known && whole > 0 {
			text := fmt.Sprintf("Of %s%s, limited by", chart.Seconds.Format(seconds(whole)), v.of(t, s))
			comma := " "
			for l, d := range r.Time {
				if d > 0 {
					text += fmt.Sprintf("%s%s %.1f %%", comma, limitKeys[l].Name, 100*float64(d)/float64(whole))
					comma = ", "
				}
			}
			said = append(said, text+".")
		}
	})
	return said
}

// slowStarts shades the times in which the one sender that is shown is in slow
// start; where several are, none.
func (v *view) slowStarts() (bands []chart.Band) {
	if v.overlaid() || v.sides == Both {
		return nil
	}
	t := v.traces[0]
	s := v.shown(t)[0]
	from, to := t.transfer(s)
	in := false
	for i := range t.Rows {
		r := &t.Rows[i]
		if !r.PhaseKnown || r.About() != s || r.At < from || r.At > to {
			continue
		}
		if in {
			bands[len(bands)-1].Hi = seconds(r.At)
		}
		if slow := r.Phase == limit.SlowStart; slow != in {
			in = slow
			if slow {
				bands = append(bands, chart.Band{Range: chart.Range{Lo: seconds(r.At), Hi: seconds(r.At)}, Name: "slow start", Fill: chart.Fill{Ink: 0xf0f0f0}})
			}
		}
	}
	return bands
}
