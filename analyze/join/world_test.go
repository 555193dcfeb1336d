package join_test

import (
	"fmt"
	"io"
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/link/impair"
	"github.com/flowstate-tcp/flowstate/capture/link/simulated"
)

// tape is a capture in memory.
type tape []capture.Packet

func (t tape) open(testing.TB) analyze.Source { return &player{t} }

type player struct{ left tape }

func (p *player) Next(packet *capture.Packet) error {
	if len(p.left) == 0 {
		return io.EOF
	}
	*packet, p.left = p.left[0], p.left[1:]
	return nil
}

// with returns a copy of the tape in which change was applied to each packet;
// those for which it returns false are left out.
func (t tape) with(change func(*capture.Packet) bool) tape {
	var kept tape
	for _, p := range t {
		p.Data = slices.Clone(p.Data)
		if change(&p) {
			p.Frame = capture.FrameNumber(len(kept) + 1)
			kept = append(kept, p)
		}
	}
	return kept
}

// record transfers bytes from the server to the client over a simulated link
// and returns what each end recorded.
func record(t testing.TB, ways [2]impair.Params, seed uint64, size int, pause time.Duration) (tapes [2]tape) {
	t.Helper()
	w, err := simulated.New(simulated.Config{Way: ways, Seed: seed, Packet: func(p simulated.Packet) {
		to := &tapes[p.Host]
		*to = append(*to, capture.Packet{
			Frame: capture.FrameNumber(len(*to) + 1), Time: capture.Timestamp(p.Time.UnixNano()),
			LinkType: capture.LinkTypeRaw, OrigLen: len(p.Data), Data: slices.Clone(p.Data),
		})
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	transfer(t, w, size, pause)
	return tapes
}

// transfer sends in ten parts with pauses between them.
func transfer(t testing.TB, w *simulated.World, size int, pause time.Duration) {
	l, err := w.Host(1).Listen(80, simulated.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.Go("server", func() error {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		for range 10 {
			if _, err := c.Write(make([]byte, size/10)); err != nil {
				return err
			}
			if err := w.Sleep(pause); err != nil {
				return err
			}
		}
		return c.Close()
	})
	w.Go("client", func() error {
		c, err := w.Host(0).Dial(netip.AddrPortFrom(w.Host(1).Addr(), 80), simulated.Options{})
		if err != nil {
			return err
		}
		if n, err := io.Copy(io.Discard, c); err != nil || n != int64(size/10*10) {
			return fmt.Errorf("read %d bytes: %w", n, err)
		}
		return c.Close()
	})
	if err := w.Run(); err != nil {
		t.Fatal(err)
	}
}

// clocked sets the clock of a tape: ahead by an offset, and faster by a drift.
func (t tape) clocked(offset time.Duration, drift float64) tape {
	first := t[0].Time
	return t.with(func(p *capture.Packet) bool {
		since := float64(p.Time - first)
		p.Time += capture.Timestamp(offset) + capture.Timestamp(math.Round(since*drift))
		return true
	})
}

// truth is what happened between the ends, found by the bytes of the packets.
type truth struct {
	lost       [2]map[capture.FrameNumber]bool // frames at the sending end, by host
	reordered  [2]int
	duplicated [2]int
}

// serverFrom is where the source address of IPv4 says who sent a packet.
func fromClient(p *capture.Packet, client [4]byte) bool { return [4]byte(p.Data[12:16]) == client }

func truthOf(tapes [2]tape) truth {
	client := [4]byte(tapes[0][0].Data[12:16])
	var found truth
	for host := range 2 {
		found.lost[host] = map[capture.FrameNumber]bool{}
		sent := map[string][]int{}
		for i := range tapes[host] {
			if p := &tapes[host][i]; fromClient(p, client) == (host == 0) {
				sent[string(p.Data)] = append(sent[string(p.Data)], i)
				found.lost[host][p.Frame] = true
			}
		}
		newest, used := -1, map[string]int{}
		for i := range tapes[1-host] {
			p := &tapes[1-host][i]
			if fromClient(p, client) != (host == 0) {
				continue
			}
			n := used[string(p.Data)]
			used[string(p.Data)]++
			if n >= len(sent[string(p.Data)]) {
				found.duplicated[host]++
				continue
			}
			at := sent[string(p.Data)][n]
			delete(found.lost[host], tapes[host][at].Frame)
			if at < newest {
				found.reordered[host]++
			}
			newest = max(newest, at)
		}
	}
	return found
}
