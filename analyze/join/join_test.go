package join_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/join"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/link/impair"
)

const ms = time.Millisecond

var (
	plain   = impair.Params{Delay: 20 * ms}
	slow    = impair.Params{Delay: 30 * ms}
	hostile = impair.Params{Delay: 20 * ms, Jitter: 2 * ms, Loss: 0.02, Reorder: 0.01, Duplicate: 0.01}
	queued  = impair.Params{Delay: 20 * ms, Rate: 20e6, Limit: 60}
)

// What was lost, reordered and duplicated between the ends is what the bytes of
// the packets say, and the clocks are those that were put in.
func TestSimulated(t *testing.T) {
	for n, c := range []struct {
		ways   [2]impair.Params
		offset time.Duration
		drift  float64
		pause  time.Duration
	}{
		{[2]impair.Params{plain, plain}, 0, 0, 0},
		{[2]impair.Params{plain, plain}, 5 * time.Second, 0, 20 * time.Second},
		{[2]impair.Params{plain, plain}, -time.Hour, 30e-6, 30 * time.Second},
		{[2]impair.Params{plain, slow}, 3 * ms, 0, 0},
		{[2]impair.Params{hostile, hostile}, -7 * ms, 0, 0},
		{[2]impair.Params{hostile, hostile}, 1234567 * time.Microsecond, -80e-6, 30 * time.Second},
		{[2]impair.Params{plain, queued}, time.Minute, 12e-6, 30 * time.Second},
	} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			tapes := record(t, c.ways, uint64(n)+1, 1<<20, c.pause)
			b := tapes[1].clocked(c.offset, c.drift)
			j := joinBoth(t, tapes[0].open, b.open)
			if len(j.conns) != 1 {
				t.Fatalf("%d connections", len(j.conns))
			}
			checkFates(t, &j, truthOf(tapes))
			checkClock(t, &j, c.offset, c.drift)
			checkDelays(t, &j, c.ways)
			checkMirror(t, &j, tapes[0], b)
		})
	}
}

func checkFates(t *testing.T, j *joined, want truth) {
	t.Helper()
	for _, p := range j.packets {
		switch p.Fate {
		case join.Lost:
			if frame := p.Frames[p.Up]; !want.lost[p.From][frame] {
				t.Errorf("frame %d of %v is called lost", frame, p.Up)
			}
			delete(want.lost[p.From], p.Frames[p.Up])
		case join.Passed, join.Duplicated:
		default:
			t.Errorf("%v: %v", p.Frames, p.Fate)
		}
	}
	for side, d := range j.conns[0].Sides {
		if len(want.lost[side]) > 0 {
			t.Errorf("side %d: not called lost: %v", side, want.lost[side])
		}
		down := j.conns[0].Nearer ^ join.Tap(side) ^ 1
		if d.Reordered != int64(want.reordered[side]) || d.Duplicated[down] != int64(want.duplicated[side]) {
			t.Errorf("side %d: %d reordered, %v duplicated; want %d, %d", side, d.Reordered, d.Duplicated, want.reordered[side], want.duplicated[side])
		}
	}
}

func checkClock(t *testing.T, j *joined, offset time.Duration, drift float64) {
	t.Helper()
	if j.Clock.Steps() != 0 {
		t.Fatalf("%d steps", j.Clock.Steps())
	}
	s, _ := j.Clock.Longest()
	if off := (s.Offset - offset).Abs(); off > s.Error+ms/100 {
		t.Errorf("offset %v, want %v; error %v", s.Offset, offset, s.Error)
	}
	if off := math.Abs(s.Drift - drift); s.DriftKnown && off > max(1e-6, s.DriftSpread) {
		t.Errorf("drift %v, want %v; spread %v", s.Drift, drift, s.DriftSpread)
	}
}

// The sum of both delays needs no clock; each is right but for the error.
func checkDelays(t *testing.T, j *joined, ways [2]impair.Params) {
	t.Helper()
	s, _ := j.Clock.Longest()
	for side, d := range j.conns[0].Sides {
		low, high := ways[side].Delay-ways[side].Jitter-s.Error-ms/10, ways[side].Delay+ways[side].Jitter+s.Error+ms/10
		if median := time.Duration(d.Delay.Median); median < low || ways[side].Rate == 0 && median > high {
			t.Errorf("side %d: delay %v, want %v", side, median, ways[side].Delay)
		}
	}
}

// With A and B exchanged the same is found.
func checkMirror(t *testing.T, j *joined, a, b tape) {
	t.Helper()
	back := joinBoth(t, b.open, a.open)
	if j.conns[0].Nearer == back.conns[0].Nearer {
		t.Error("the same capture is nearer to the client with both exchanged")
	}
	for side := range j.conns[0].Sides {
		x, y := counts(&j.conns[0].Sides[side], false), counts(&back.conns[0].Sides[side], true)
		if !reflect.DeepEqual(x, y) {
			t.Errorf("side %d: %v, exchanged %v", side, x, y)
		}
	}
}

// counts are the numbers of a direction, with A and B exchanged on demand.
func counts(d *join.Direction, swap bool) [7][2]int64 {
	list := [7][2]int64{d.Packets, d.Missing, d.Duplicated, d.Outside, {d.Matched, d.Matched}, {d.Lost, d.Lost}, {d.Reordered, d.Reordered}}
	if swap {
		for i := range list {
			list[i][0], list[i][1] = list[i][1], list[i][0]
		}
	}
	return list
}

// A capture joined with itself: everything passed, in no time.
func TestItself(t *testing.T) {
	tapes := record(t, [2]impair.Params{hostile, hostile}, 3, 1<<19, 0)
	j := joinBoth(t, tapes[0].open, tapes[0].open)
	for _, d := range j.conns[0].Sides {
		if d.Matched != d.Packets[0] || d.Matched != d.Packets[1] || d.Delay.Min != 0 || d.Delay.Max != 0 || d.Reordered != 0 {
			t.Errorf("%+v", d.Packets)
		}
	}
	if j.conns[0].FlowKnown {
		t.Error("one of two equal captures is nearer to the client")
	}
}

// What one recorder misses was not lost, since it is acknowledged and not sent
// again.
func TestRecorderMisses(t *testing.T) {
	tapes := record(t, [2]impair.Params{plain, plain}, 4, 1<<19, 0)
	client, missed := [4]byte(tapes[0][0].Data[12:16]), [2]int64{}
	drop := func(p *capture.Packet) bool {
		lacks := p.Frame%50 == 0 && len(p.Data) > 100
		if lacks && !fromClient(p, client) {
			missed[0]++
		}
		return !lacks
	}
	j := joinBoth(t, tapes[0].with(drop).open, tapes[1].open)
	if d := j.conns[0].Sides[1]; d.Lost != 0 || missed[0] == 0 || d.Missing != missed {
		t.Errorf("%d lost, %v missed, want %v", d.Lost, d.Missing, missed)
	}
}

// A capture that begins late and ends early: what is outside of it is not lost.
func TestPart(t *testing.T) {
	tapes := record(t, [2]impair.Params{plain, plain}, 5, 1<<19, time.Second)
	n := capture.FrameNumber(len(tapes[1]))
	part := tapes[1].with(func(p *capture.Packet) bool { return p.Frame > n/3 && p.Frame < n*2/3 })
	for _, ends := range [][2]tape{{tapes[0], part}, {part, tapes[0]}} {
		j := joinBoth(t, ends[0].open, ends[1].open)
		if len(j.conns) != 1 || j.conns[0].Match != join.ByPackets {
			t.Fatalf("%d connections", len(j.conns))
		}
		for side, d := range j.conns[0].Sides {
			if d.Lost != 0 || d.Missing != [2]int64{} || d.Outside[0]+d.Outside[1] == 0 || d.Matched == 0 {
				t.Errorf("side %d: %d lost, %v missed, %v outside, %d matched", side, d.Lost, d.Missing, d.Outside, d.Matched)
			}
		}
	}
}

// One packet that took long does not make those which were lost near the end
// look as if the other recorder had stopped.
func TestLateOne(t *testing.T) {
	tapes := record(t, [2]impair.Params{plain, {Delay: 20 * ms, Loss: 0.05}}, 11, 1<<20, 0)
	client := [4]byte(tapes[0][0].Data[12:16])
	a := tapes[0].with(func(p *capture.Packet) bool {
		if p.Frame > 100 && p.Frame < 103 && !fromClient(p, client) {
			p.Time += capture.Timestamp(time.Minute)
		}
		return true
	})
	j := joinBoth(t, a.open, tapes[1].open)
	if d := j.conns[0].Sides[1]; time.Duration(d.Delay.Max) < time.Minute {
		t.Fatalf("the longest delay is %v", time.Duration(d.Delay.Max))
	}
	checkFates(t, &j, truthOf(tapes))
}

// A clock that is set while both record gives another stretch.
func TestStep(t *testing.T) {
	tapes := record(t, [2]impair.Params{plain, plain}, 6, 1<<19, time.Second)
	for _, step := range []time.Duration{-time.Hour, -100 * ms, 100 * ms, time.Hour} {
		half := capture.FrameNumber(len(tapes[1]) / 2)
		b := tapes[1].with(func(p *capture.Packet) bool {
			if p.Frame >= half {
				p.Time += capture.Timestamp(step)
			}
			return true
		})
		j := joinBoth(t, tapes[0].open, b.open)
		if j.Clock.Steps() != 1 {
			t.Fatalf("%v: %d steps", step, j.Clock.Steps())
		}
		got := j.Clock.Stretches[1].Offset - j.Clock.Stretches[0].Offset
		if (got - step).Abs() > ms {
			t.Errorf("a step of %v is told as %v", step, got)
		}
		for side, d := range j.conns[0].Sides {
			if d.Lost != 0 || d.Matched != d.Packets[0] || time.Duration(d.Delay.Max) > 21*ms {
				t.Errorf("%v, side %d: %d lost, delay %v", step, side, d.Lost, time.Duration(d.Delay.Max))
			}
		}
	}
}

// rewrite gives the client another address and port, as NAT does.
func rewrite(client [4]byte) func(*capture.Packet) bool {
	return func(p *capture.Packet) bool {
		address, port := 16, 22
		if fromClient(p, client) {
			address, port = 12, 20
		}
		copy(p.Data[address:], []byte{203, 0, 113, 9})
		binary.BigEndian.PutUint16(p.Data[port:], 61000)
		p.Data[8]-- // a hop
		return true
	}
}

// Addresses and ports that are rewritten, and the IP identification with them.
func TestNAT(t *testing.T) {
	tapes := record(t, [2]impair.Params{hostile, hostile}, 7, 1<<19, 0)
	want := truthOf(tapes)
	client := [4]byte(tapes[0][0].Data[12:16])
	b := tapes[1].with(rewrite(client))
	j := joinBoth(t, tapes[0].open, b.open)
	if len(j.conns) != 1 || j.conns[0].Match != join.ByNumbers {
		t.Fatalf("%d connections", len(j.conns))
	}
	checkFates(t, &j, want)
	middle := b.with(func(p *capture.Packet) bool { return p.Frame > 20 })
	j = joinBoth(t, tapes[0].open, middle.open)
	if len(j.conns) != 1 || j.conns[0].Match != join.ByContents || j.conns[0].Sides[1].Matched == 0 {
		t.Fatalf("without its handshake: %d connections", len(j.conns))
	}
}

// Two captures of nothing in common.
func TestUnrelated(t *testing.T) {
	a := record(t, [2]impair.Params{plain, plain}, 8, 1<<17, 0)[0]
	b := record(t, [2]impair.Params{plain, plain}, 9, 1<<17, 0)[1]
	if j := joinBoth(t, a.open, b.open); j.Common != 0 || len(j.packets) != 0 || j.Clock.N != 0 {
		t.Errorf("%d connections, %d packets, %d anchors", j.Common, len(j.packets), j.Clock.N)
	}
}

// merge makes larger packets of those from the server that follow one another,
// as many as four within a tenth of a millisecond, as offloading does.
func merge(t tape, client [4]byte) (merged tape) {
	run, last := 0, -1
	for _, p := range t {
		if last >= 0 && run < 4 && follows(&merged[last], &p, client) {
			header := 20 + int(p.Data[32]>>4)*4
			data := append(append([]byte{}, merged[last].Data...), p.Data[header:]...)
			binary.BigEndian.PutUint16(data[2:], uint16(len(data)))
			merged[last].Data, merged[last].OrigLen = data, len(data)
			run++
			continue
		}
		p.Frame = capture.FrameNumber(len(merged) + 1)
		merged = append(merged, p)
		if !fromClient(&p, client) {
			run, last = 1, len(merged)-1
		}
	}
	return merged
}

func follows(p, q *capture.Packet, client [4]byte) bool {
	length := func(p *capture.Packet) int { return len(p.Data) - 20 - int(p.Data[32]>>4)*4 }
	next := binary.BigEndian.Uint32(p.Data[24:]) + uint32(length(p))
	return !fromClient(p, client) && !fromClient(q, client) && length(p) > 0 && length(q) > 0 &&
		next == binary.BigEndian.Uint32(q.Data[24:]) && string(p.Data[28:32]) == string(q.Data[28:32]) &&
		string(p.Data[40:52]) == string(q.Data[40:52]) && q.Time.Sub(p.Time) < ms/10
}

// Segments that offloading merged at one tap are matched by their octets.
func TestOffload(t *testing.T) {
	lossy := impair.Params{Delay: 20 * ms, Loss: 0.02}
	tapes := record(t, [2]impair.Params{plain, lossy}, 10, 1<<20, 0)
	client := [4]byte(tapes[0][0].Data[12:16])
	plainly := joinBoth(t, tapes[0].open, tapes[1].open).conns[0].Sides[1]
	for at := range tapes {
		ends := tapes
		ends[at] = merge(tapes[at], client)
		d := joinBoth(t, ends[0].open, ends[1].open).conns[0].Sides[1]
		if d.Split < 100 || d.LostBytes != plainly.LostBytes || d.Missing != [2]int64{} {
			t.Errorf("merged at %d: %d split, %d bytes lost of %d, %v missing", at, d.Split, d.LostBytes, plainly.LostBytes, d.Missing)
		}
	}
}
