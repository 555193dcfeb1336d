package task

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/explain"
)

// comparer is a Teller whose captures can be compared with others of the task.
type comparer interface {
	Teller
	runs() []*transfer
}

// Compare tells what several captures show together; nil where there are fewer
// than two connections to compare, or the task compares none. The tellers have
// been asked for their documents.
func Compare(list []Teller) *explain.Document {
	var all []*transfer
	for _, t := range list {
		if c, ok := t.(comparer); ok {
			for _, run := range c.runs() {
				if run.States.HandshakeRTT > 0 {
					all = append(all, run)
				}
			}
		}
	}
	if len(all) < 2 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b *transfer) int { return cmp.Compare(a.States.HandshakeRTT, b.States.HandshakeRTT) })
	d := explain.New("", fmt.Sprintf("%d connections by their round trip: how the path and the close change with latency", len(all)))
	d.Task = "l41-lab3"
	d.Add("definitions", "What counts as what", compareDefinitions...)
	d.Add("paths", "The states at each latency", pathsByDelay(all)...)
	d.Add("closes", "Why the close changes", whyCloses(all)...)
	d.AddTable("runs", "The connections", runsTable(all), "KB/s is of the I/O loop, in 1024 octets. SS end is when slow start ended, after the first data; - where nothing ended it, or the tap was not at the sender. rwnd and cwnd are the shares of the loop's time in which the receiver's and the congestion window kept the sender from sending more.")
	d.Add("unknown", "What these captures cannot answer",
		"The latency that was set, and when the programs called close(): flowstate lab sweep writes both down, and flowstate lab report tells each close against its prediction from the calls.",
		"Whether one run of each latency is the rule: medians and quartiles need several.")
	return d
}

var compareDefinitions = []string{
	"Latency is measured: half of the handshake's round trip, from the SYN to the acknowledgement of the SYN,ACK, wherever the tap was. Runs are put together where it rounds to the same millisecond. Connections whose handshake is not in the capture are left out.",
	"The gap is the time between the two FINs at the tap. At a tap at either end it is off from the gap between the sends by up to one way's delay; the paths do not depend on it, since they come from the acknowledgement numbers.",
}

// level are the runs of one latency.
type level struct {
	oneWay time.Duration // to the millisecond
	runs   []*transfer
}

// levels puts runs of the same latency together; the list is sorted by it.
func levels(all []*transfer) (list []level) {
	for _, t := range all {
		oneWay := (t.States.HandshakeRTT / 2).Round(time.Millisecond)
		if n := len(list); n > 0 && list[n-1].oneWay == oneWay {
			list[n-1].runs = append(list[n-1].runs, t)
		} else {
			list = append(list, level{oneWay, []*transfer{t}})
		}
	}
	return list
}

// pathsByDelay tells the paths of each latency, those that differ from the
// level before first.
func pathsByDelay(all []*transfer) (lines []string) {
	before := ""
	for _, l := range levels(all) {
		kinds := map[string]int{}
		var order []string
		for _, t := range l.runs {
			path := "client " + cmp.Or(pathWords(t.States.Paths[reconstruct.Client]), "unknown") + "; server " + cmp.Or(pathWords(t.States.Paths[reconstruct.Server]), "unknown")
			if kinds[path]++; kinds[path] == 1 {
				order = append(order, path)
			}
		}
		now := fmt.Sprint(order)
		for _, path := range order {
			text := path
			if now == before {
				text = "as before"
			}
			lines = append(lines, fmt.Sprintf("%d ms one way, %d of %d: %s.", l.oneWay.Milliseconds(), kinds[path], len(l.runs), text))
		}
		before = now
	}
	return lines
}

// whyCloses tells the closes of each latency with the gap between the FINs.
func whyCloses(all []*transfer) (lines []string) {
	crossed, ordered := []time.Duration{}, []time.Duration{}
	for _, l := range levels(all) {
		for _, t := range l.runs {
			gap, ok := t.finGap()
			if !ok {
				continue
			}
			text := fmt.Sprintf("%d ms one way: %s, FINs %s s apart at the tap (%s, connection %d).", l.oneWay.Milliseconds(), t.States.Close, explain.Time(gap), t.File, t.Number)
			lines = append(lines, text)
			switch t.States.Close {
			case state.CloseSimultaneous:
				crossed = append(crossed, t.States.HandshakeRTT/2)
			case state.CloseClientFirst, state.CloseServerFirst:
				ordered = append(ordered, t.States.HandshakeRTT/2)
			}
		}
	}
	lines = append(lines, "The second end closes before it has the first FIN where the first FIN is on the way for longer than the second call to close() comes after the first. Then both FINs cross, and both ends go through CLOSING (RFC 9293 3.6, case 3); else the second end goes through CLOSE-WAIT and LAST-ACK.")
	if len(crossed) == 0 || len(ordered) == 0 {
		return append(lines, "All of these closed alike, so they show no latency at which it changes.")
	}
	highest, lowest := slices.Max(ordered), slices.Min(crossed)
	if highest < lowest {
		return append(lines, fmt.Sprintf("Up to %s s one way they close one after the other, from %s s on they cross: the gap between the two calls lies between, if it is the same in each run.", explain.Time(highest), explain.Time(lowest)))
	}
	return append(lines, fmt.Sprintf("No latency separates the two: one after the other is seen up to %s s one way, and crossing from %s s on. So the gap between the calls differs from run to run, or latency is not what decides here.", explain.Time(highest), explain.Time(lowest)))
}

func runsTable(all []*transfer) *explain.Table {
	t := &explain.Table{Columns: []explain.Column{
		{Name: "file", Spare: true}, {Name: "conn"}, {Name: "tap"}, {Name: "handshake_rtt_s", Unit: "s", Head: "RTT (s)"}, {Name: "close"},
		{Name: "kbytes_per_s", Head: "KB/s"}, {Name: "slow_start_s", Unit: "s", Head: "SS end (s)"}, {Name: "rwnd"}, {Name: "cwnd"},
	}}
	for _, r := range all {
		l := &r.Sides[r.from].Limit
		span := l.Span()
		share := func(which limit.Limit) explain.Cell {
			return explain.Decimal(float64(l.Time[which])/float64(max(span, 1)), 3).Known(span > 0)
		}
		ended := l.SlowStart.Why != limit.Still && near(r.States.Vantage, r.from)
		goodput := r.Sides[r.from].Flight.Goodput
		t.Rows = append(t.Rows, []explain.Cell{
			explain.Word(r.File), explain.Number(r.Number), explain.Word(r.States.Vantage.String()), explain.Seconds(r.States.HandshakeRTT), explain.Word(r.States.Close.String()),
			explain.Decimal(goodput/8/1024, 2).Known(goodput > 0), explain.Seconds(l.SlowStart.Time.Sub(r.sent.FirstData.At)).Known(ended), share(limit.Rwnd), share(limit.Cwnd),
		})
	}
	return t
}
