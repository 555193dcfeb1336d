package model

import (
	"math/rand/v2"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Random makes a config up: stacks, path, tap and what the applications do.
// mess, from 0 to 1, scales how much the path loses, reorders and duplicates;
// with 0 it is perfect, and the tap records everything from beginning to end.
func Random(r *rand.Rand, mess float64) Config {
	c := Config{Length: 10 * time.Minute}
	fastOpen := r.IntN(8) == 0
	for side := range c.Hosts {
		c.Hosts[side] = randomHost(r)
		c.Hosts[side].FastOpen = fastOpen
	}
	oneWay := 50*time.Microsecond + upTo(r, pick(r, time.Millisecond, 20*time.Millisecond, 200*time.Millisecond))
	randomPath(r, &c, oneWay)
	for side := range c.Hops {
		for i := range c.Hops[side] {
			c.Hops[side][i].disturb(r, mess, oneWay)
		}
	}
	c.Script = randomScript(r, oneWay)
	randomTap(r, &c.Tap, mess)
	return c
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func randomHost(r *rand.Rand) Host {
	h := Host{
		Flavour: pick(r, Flavours()...),
		ISN:     pick(r, seq.Number(r.Uint32()), -seq.Number(r.Uint32N(3000))),
		MSS:     pick(r, 100, 536, 1460),
		Buffer:  pick(r, 600, 5000, 65535),
		OnEOF:   pick(r, -1, 0, upTo(r, 300*time.Millisecond)),
		MSL:     pick(r, time.Second, 30*time.Second),
	}
	if r.IntN(6) == 0 {
		h.Flavour.KeepAlive, h.Flavour.KeepAliveInterval, h.Flavour.KeepAliveProbes = 2*time.Second, time.Second, 3
	}
	return h
}

// randomPath puts the tap beside one endpoint, somewhere between, or behind
// the delay in both directions, as on a delayed loopback.
func randomPath(r *rand.Rand, c *Config, oneWay time.Duration) {
	if r.IntN(5) == 0 {
		c.Hops[0][0].Delay, c.Hops[1][0].Delay = oneWay, oneWay
		return
	}
	near := time.Duration(pick(r, 0, 0.5, 1, r.Float64()) * float64(oneWay))
	c.Hops[0] = [2]Hop{{Delay: near}, {Delay: oneWay - near}}
	c.Hops[1] = [2]Hop{{Delay: oneWay - near}, {Delay: near}}
}

// disturb spoils a hop, less often one that is no way at all.
func (h *Hop) disturb(r *rand.Rand, mess float64, oneWay time.Duration) {
	if h.Delay == 0 && r.IntN(5) > 0 {
		return
	}
	h.Jitter = upTo(r, time.Duration(mess*float64(oneWay)))
	h.Late = 2*oneWay + 5*time.Millisecond
	for _, p := range []*float64{&h.Loss, &h.Reorder, &h.Duplicate} {
		if r.IntN(2) == 0 {
			*p = mess * 0.3 * r.Float64()
		}
	}
}

func randomTap(r *rand.Rand, t *Tap, mess float64) {
	if r.Float64() > mess {
		return
	}
	switch r.IntN(5) {
	case 0:
		t.Loss = 0.1 * r.Float64()
	case 1:
		t.From = upTo(r, 2*time.Second)
	case 2:
		t.Until = time.Millisecond + upTo(r, 4*time.Second)
	case 3:
		side := reconstruct.Side(r.IntN(2))
		t.Only = &side
	}
}

// randomScript opens, sends, closes and perhaps opens again.
func randomScript(r *rand.Rand, oneWay time.Duration) []Call {
	script := randomOpen(r, 0, oneWay)
	script = append(script, randomTransfer(r)...)
	end := 500*time.Millisecond + upTo(r, time.Second)
	script = append(script, randomClose(r, end, oneWay)...)
	if r.IntN(4) == 0 { // again, perhaps while TIME-WAIT lasts
		again := end + upTo(r, pick(r, 500*time.Millisecond, 5*time.Second, 80*time.Second))
		script = append(script, randomOpen(r, again, oneWay)...)
		script = append(script, randomClose(r, again+upTo(r, 2*time.Second), oneWay)...)
	}
	return script
}

func randomOpen(r *rand.Rand, at, oneWay time.Duration) []Call {
	connect := Call{At: at + time.Millisecond, Side: reconstruct.Client, Do: Connect, N: pick(r, 0, 0, 100)}
	switch r.IntN(10) {
	case 0: // nobody there
		return []Call{connect}
	case 1: // both at once, if the way is long enough
		return []Call{connect, {At: connect.At + upTo(r, 2*oneWay), Side: reconstruct.Server, Do: Connect}}
	case 2: // the server comes late
		return []Call{connect, {At: at + upTo(r, 3*time.Second), Side: reconstruct.Server, Do: Listen}}
	case 3: // given up early
		return []Call{{At: at, Side: reconstruct.Server, Do: Listen}, connect, {At: connect.At + upTo(r, 4*oneWay), Side: reconstruct.Client, Do: pick(r, Close, Abort)}}
	}
	return []Call{{At: at, Side: reconstruct.Server, Do: Listen}, connect}
}

func randomTransfer(r *rand.Rand) []Call {
	var script []Call
	for range r.IntN(6) {
		script = append(script, Call{
			At: upTo(r, time.Second), Side: reconstruct.Side(r.IntN(2)), Do: Send, N: pick(r, 1, 80, r.IntN(6000)),
		})
	}
	if r.IntN(8) == 0 {
		side := reconstruct.Side(r.IntN(2))
		at := upTo(r, time.Second)
		script = append(script, Call{At: at, Side: side, Do: Pause}, Call{At: at + upTo(r, 5*time.Second), Side: side, Do: Resume})
	}
	return script
}

func randomClose(r *rand.Rand, at, oneWay time.Duration) []Call {
	first := reconstruct.Side(r.IntN(2))
	end := pick(r, Close, Close, Shutdown)
	calls := []Call{{At: at, Side: first, Do: end}}
	switch r.IntN(7) {
	case 0: // one closes and the other has its OnEOF, if that
	case 1, 2: // about at once
		calls = append(calls, Call{At: at + upTo(r, 2*oneWay), Side: first.Peer(), Do: end})
	case 3: // the other goes on sending
		calls = append(calls, Call{At: at + upTo(r, time.Second), Side: first.Peer(), Do: Send, N: 1 + r.IntN(3000)},
			Call{At: at + time.Second + upTo(r, 2*time.Second), Side: first.Peer(), Do: Close})
	case 4: // an abort, whatever has happened until then
		calls = append(calls, Call{At: at + upTo(r, 4*oneWay), Side: reconstruct.Side(r.IntN(2)), Do: Abort})
	case 5: // an abort and nothing else
		calls[0].Do = Abort
	default:
		calls = append(calls, Call{At: at + upTo(r, 2*time.Second), Side: first.Peer(), Do: Close})
	}
	return calls
}
