package limit_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/model"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// rightCauses says which causes are right for why the model sent something.
var rightCauses = map[model.Sending][]loss.Cause{
	model.New:        {loss.None},
	model.Fast:       {loss.Fast},
	model.Continued:  {loss.Recovery, loss.Spurious},
	model.TimerFired: {loss.RTO, loss.Spurious},
}

// rightLimits says the same of what bounds it.
var rightLimits = map[model.Bound]limit.Limit{model.ByWindow: limit.Cwnd, model.ByReceiver: limit.Rwnd, model.ByWriter: limit.App, model.ByPace: limit.Path}

// score counts what was right, of how many.
type score struct{ causes, flights, pipes, times, windows, bounds, limits [2]int }

func count(c *[2]int, right bool) {
	c[1]++
	if right {
		c[0]++
	}
}

// add runs a transfer of the model past all trackers.
func (c *score) add(run *model.BulkResult) {
	var flights flight.Tracker
	var times rtt.Tracker
	var causes loss.Tracker
	var limits limit.Tracker
	var v loss.Verdict
	var d flight.Delivery
	var sample rtt.Sample
	table := reconstruct.NewTable(reconstruct.Options{})
	for i := range run.Packets {
		step, truth := table.Add(&run.Packets[i]), &run.Truth[i]
		causes.Observe(step, &flights, &times, &v)
		before, known := limits.Of(reconstruct.Client)
		flights.Observe(step, v.Cause == loss.RTO, &d)
		delivers := times.Observe(step, &d, &sample)
		limits.Observe(step, &flights, &times, v.Cause)
		if truth.Cwnd == 0 {
			continue // the handshake
		}
		if truth.Sending == model.Acking {
			if delivers && sample.Valid {
				count(&c.times, sample.RTT == truth.RTT)
			}
			if known {
				c.window(&before, truth, int64(run.MSS))
			}
			continue
		}
		state, _ := flights.State(step)
		count(&c.flights, state.InFlight == truth.InFlight)
		count(&c.pipes, state.Pipe == truth.Pipe)
		count(&c.causes, slices.Contains(rightCauses[truth.Sending], v.Cause))
	}
}

// window compares what was thought before an acknowledgement with what the
// sender knew then.
func (c *score) window(s *limit.State, truth *model.Truth, mss int64) {
	off := s.Cwnd - truth.Cwnd
	switch {
	case s.Limit == limit.Cwnd && s.Estimate:
		count(&c.windows, -mss <= off && off <= mss)
	case !s.Estimate:
		count(&c.bounds, off <= mss)
	}
	if s.Limit != limit.Unknown {
		count(&c.limits, s.Limit == rightLimits[truth.Bound])
	}
}

// anyBulk draws a transfer.
func anyBulk(r *rapid.T) model.Bulk {
	return model.Bulk{
		Segments: rapid.IntRange(50, 600).Draw(r, "segments"), MSS: 1000, Initial: rapid.IntRange(2, 10).Draw(r, "initial"),
		Keep: rapid.SampledFrom([]float64{0.5, 0.7}).Draw(r, "keep"), Window: rapid.SampledFrom([]int{12000, 65535}).Draw(r, "window"),
		Delay: time.Duration(rapid.IntRange(2, 80).Draw(r, "delay")) * time.Millisecond, Queue: 20,
		Serial: rapid.SampledFrom([]time.Duration{0, 200 * time.Microsecond, time.Millisecond}).Draw(r, "serial"),
		Loss:   [2]float64{rapid.SampledFrom([]float64{0, 0.005, 0.03}).Draw(r, "loss"), rapid.SampledFrom([]float64{0, 0.01}).Draw(r, "lost acks")},
	}
}

// Transfers of the model are measured as they were: in flight and round trips
// without an exception, what an estimate or a verdict is needed for at a rate.
func TestBulkModel(t *testing.T) {
	for _, c := range []struct {
		name           string
		change         func(*rapid.T, *model.Bulk)
		window, limits float64
	}{
		{"all at once", func(*rapid.T, *model.Bulk) {}, 0.92, 0.8},
		{"written in bursts", func(r *rapid.T, b *model.Bulk) {
			b.Burst, b.Pause = rapid.IntRange(1, 8).Draw(r, "burst"), time.Duration(rapid.IntRange(5_000, 250_000).Draw(r, "pause"))*time.Microsecond
		}, 0.75, 0.6},
		{"in super-segments", func(r *rapid.T, b *model.Bulk) {
			b.Super = rapid.IntRange(2, 16).Draw(r, "super")
		}, 0.75, 0.7},
		{"paced", func(r *rapid.T, b *model.Bulk) {
			// Nothing else is to limit it: no loss, no queue, and large windows.
			b.Delay, b.Window = time.Duration(rapid.IntRange(10, 80).Draw(r, "long delay"))*time.Millisecond, 65535
			b.Pace, b.Serial, b.Loss[0] = 2*b.Delay/time.Duration(rapid.IntRange(16, 40).Draw(r, "in flight")), 0, 0
		}, 0, 0.7},
	} {
		t.Run(c.name, func(t *testing.T) {
			var all score
			rapid.Check(t, func(r *rapid.T) {
				config := anyBulk(r)
				c.change(r, &config)
				var one score
				one.add(model.RunBulk(config, rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))))
				if one.flights[0] != one.flights[1] || one.times[0] != one.times[1] {
					r.Errorf("right: in flight %v, round trips %v", one.flights, one.times)
				}
				all.merge(&one)
			})
			t.Logf("%+v", all)
			all.atLeast(t, "causes", all.causes, 0.99)
			all.atLeast(t, "pipes", all.pipes, 0.99)
			all.atLeast(t, "bounds", all.bounds, 0.99)
			if testing.Short() {
				return // a fifth of the transfers is too few for the rates that follow
			}
			if c.window > 0 {
				all.atLeast(t, "windows", all.windows, c.window)
			} else if all.windows[1] > all.limits[1]/20 {
				t.Errorf("a congestion window is seen in %d of %d", all.windows[1], all.limits[1])
			}
			all.atLeast(t, "limits", all.limits, c.limits)
		})
	}
}

func (c *score) atLeast(t *testing.T, what string, n [2]int, share float64) {
	t.Helper()
	if n[1] == 0 || float64(n[0]) < share*float64(n[1]) {
		t.Errorf("%s: %d of %d are right, want %v", what, n[0], n[1], share)
	}
}

func (c *score) merge(b *score) {
	for i := range 2 {
		c.causes[i] += b.causes[i]
		c.flights[i] += b.flights[i]
		c.pipes[i] += b.pipes[i]
		c.times[i] += b.times[i]
		c.windows[i] += b.windows[i]
		c.bounds[i] += b.bounds[i]
		c.limits[i] += b.limits[i]
	}
}
