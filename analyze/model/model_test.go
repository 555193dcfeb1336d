package model

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
)

const (
	client = reconstruct.Client
	server = reconstruct.Server
	ms     = time.Millisecond
)

// plain returns a config with 10 ms each way and the tap half way.
func plain(script ...Call) Config {
	c := Config{Script: script}
	for side := range c.Hops {
		c.Hops[side] = [2]Hop{{Delay: 5 * ms}, {Delay: 5 * ms}}
		c.Hosts[side] = Host{Flavour: RFC(), OnEOF: -1}
	}
	return c
}

func quiet() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func states(l *Life) string {
	var names []string
	for _, s := range l.States() {
		names = append(names, s.String())
	}
	return strings.Join(names, " ")
}

// The sequences that the RFC draws.
func TestFigures(t *testing.T) {
	const (
		active    = "CLOSED SYN-SENT ESTABLISHED"
		passive   = "CLOSED LISTEN SYN-RECEIVED ESTABLISHED"
		crossed   = "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED"
		first     = " FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED"
		second    = " CLOSE-WAIT LAST-ACK CLOSED"
		crossing  = " FIN-WAIT-1 CLOSING TIME-WAIT CLOSED"
		handshake = 100 * ms
	)
	listen, connect := Call{0, server, Listen, 0}, Call{ms, client, Connect, 0}
	cases := []struct {
		name           string
		config         Config
		client, server string
	}{
		{"figure 6, three-way", plain(listen, connect), active, passive},
		{"figure 7, simultaneous open", plain(connect, Call{2 * ms, server, Connect, 0}), crossed, crossed},
		{"figure 12, normal close", plain(listen, connect, Call{handshake, client, Close, 0}, Call{handshake + 50*ms, server, Close, 0}),
			active + first, passive + second},
		{"figure 13, simultaneous close", plain(listen, connect, Call{handshake, client, Close, 0}, Call{handshake, server, Close, 0}),
			active + crossing, passive + crossing},
		{"refused", plain(connect), "CLOSED SYN-SENT CLOSED", ""},
		{"abort", plain(listen, connect, Call{handshake, server, Abort, 0}), active + " CLOSED", passive + " CLOSED"},
		{"half-close", plain(listen, connect, Call{handshake, client, Shutdown, 0}, Call{handshake + 50*ms, server, Send, 5000}, Call{handshake + 200*ms, server, Close, 0}),
			active + first, passive + second},
	}
	for _, c := range cases {
		run := Run(c.config, quiet())
		for side, want := range []string{c.client, c.server} {
			got := ""
			if len(run.Lives[side]) > 0 {
				got = states(run.Lives[side][0])
			}
			if got != want {
				t.Errorf("%s: %s\ngot  %s\nwant %s\n%s", c.name, reconstruct.Side(side), got, want, run.Scenario(c.name))
			}
		}
	}
}

// Figure 9: one end has forgotten the connection and opens it again. It is
// answered by an ACK, resets the other end, and its SYN then starts afresh.
func TestHalfOpenDiscovery(t *testing.T) {
	c := plain(Call{0, server, Listen, 0}, Call{ms, client, Connect, 0}, Call{90 * ms, server, Listen, 0}, Call{100 * ms, client, Connect, 0})
	run := Run(c, quiet())
	if n := len(run.Lives[client]); n != 1 {
		t.Fatalf("a second connect() while one is open made %d lives", n)
	}
	// A client that loses its memory is an abort whose reset is lost.
	c = plain(Call{0, server, Listen, 0}, Call{ms, client, Connect, 0}, Call{90 * ms, client, Abort, 0}, Call{300 * ms, server, Listen, 0}, Call{301 * ms, client, Connect, 0})
	run = runLosing(c, func(p packet) bool {
		return p.seg.Flags.String() == "RST" && p.seg.Window == 0 && len(p.seg.Payload) == 0
	}, 1)
	if got := states(run.Lives[server][0]); got != "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED" {
		t.Errorf("server: %s\n%s", got, run.Scenario("half-open"))
	}
	if got := states(run.Lives[client][1]); got != "CLOSED SYN-SENT ESTABLISHED" {
		t.Errorf("client: %s\n%s", got, run.Scenario("half-open"))
	}
}

// runLosing runs with the first n packets lost that a function picks.
func runLosing(c Config, lose func(packet) bool, n int) *Result {
	c.lose = func(p packet) bool {
		if n > 0 && lose(p) {
			n--
			return true
		}
		return false
	}
	return Run(c, quiet())
}

// Figure 8: a SYN of long ago reaches the listener before the right one.
func TestOldDuplicateSYN(t *testing.T) {
	c := plain(Call{0, server, Listen, 0}, Call{ms, client, Connect, 0}, Call{2 * ms, client, Close, 0}, Call{3 * ms, client, Connect, 0})
	run := Run(c, quiet())
	want := []string{"CLOSED LISTEN SYN-RECEIVED LISTEN", "CLOSED LISTEN SYN-RECEIVED ESTABLISHED"}
	for i, l := range run.Lives[server] {
		if got := states(l); got != want[i] {
			t.Errorf("life %d: %s, want %s\n%s", i, got, want[i], run.Scenario("old duplicate"))
		}
	}
	if len(run.Lives[server]) != 2 {
		t.Errorf("%d lives\n%s", len(run.Lives[server]), run.Scenario("old duplicate"))
	}
}

// The last ACK is lost, so the FIN comes again and TIME-WAIT answers.
func TestLastACKLost(t *testing.T) {
	c := plain(Call{0, server, Listen, 0}, Call{ms, client, Connect, 0}, Call{100 * ms, client, Close, 0}, Call{200 * ms, server, Close, 0})
	fins := 0
	run := runLosing(c, func(p packet) bool {
		return p.from == client && p.seg.Flags.String() == "ACK" && p.seg.Seq == p.isn[client]+2
	}, 1)
	for _, p := range run.Packets {
		if p.From == server && strings.Contains(p.Segment.Flags.String(), "FIN") {
			fins++
		}
	}
	if fins != 2 || run.Lives[server][0].Final() != state.Closed {
		t.Errorf("%d FINs, server %s\n%s", fins, states(run.Lives[server][0]), run.Scenario("x"))
	}
}

// A client that uses its ports again meets a server in TIME-WAIT, which lets
// the new connection in.
func TestReuseFromTimeWait(t *testing.T) {
	c := plain(Call{0, server, Listen, 0}, Call{ms, client, Connect, 0}, Call{100 * ms, server, Close, 0}, Call{150 * ms, client, Close, 0},
		Call{300 * ms, server, Listen, 0}, Call{400 * ms, client, Connect, 0})
	run := Run(c, quiet())
	if got := states(run.Lives[server][0]); !strings.HasSuffix(got, "TIME-WAIT CLOSED") {
		t.Errorf("first life: %s", got)
	}
	if len(run.Lives[server]) != 2 || run.Lives[server][1].Final() != state.Established {
		t.Errorf("no second life\n%s", run.Scenario("reuse"))
	}
}

// Much data both ways arrives in order over a bad path, through a small window
// that is closed for a while.
func TestTransfer(t *testing.T) {
	for _, flavour := range Flavours() {
		c := plain(Call{0, server, Listen, 0}, Call{ms, client, Connect, 0},
			Call{ms, client, Send, 40_000}, Call{200 * ms, server, Send, 40_000}, Call{300 * ms, server, Pause, 0},
			Call{9 * time.Second, server, Resume, 0}, Call{10 * time.Second, client, Close, 0}, Call{10 * time.Second, server, Shutdown, 0})
		for side := range c.Hosts {
			c.Hosts[side].Flavour = flavour
			c.Hosts[side].Flavour.DataRetries = 15
			c.Hosts[side].Flavour.ResetDataClosed = false
			c.Hosts[side].MSS, c.Hosts[side].Buffer = 500, 3000
			for i := range c.Hops[side] {
				c.Hops[side][i] = Hop{Delay: 5 * ms, Jitter: ms, Loss: 0.05, Reorder: 0.1, Duplicate: 0.1, Late: 20 * ms}
			}
		}
		run := Run(c, quiet())
		for side, lives := range run.Lives {
			if l := lives[0]; l.Received != 40_000 || l.Corrupt || !orderly(l) {
				t.Errorf("%s, %s: %d bytes, %s", flavour.Name, reconstruct.Side(side), l.Received, states(l))
			}
		}
	}
}

func TestFastOpen(t *testing.T) {
	c := plain(Call{0, server, Listen, 0}, Call{ms, client, Connect, 50}, Call{12 * ms, server, Send, 100})
	c.Hosts[0].FastOpen, c.Hosts[1].FastOpen = true, true
	run := Run(c, quiet())
	if got := states(run.Lives[server][0]); got != "CLOSED LISTEN SYN-RECEIVED ESTABLISHED" || run.Lives[client][0].Received != 100 || run.Packets[0].Segment.Len != 50 || run.Packets[2].Segment.Len != 100 {
		t.Errorf("%s\n%s", got, run.Scenario("x"))
	}
}

// Keep-alives are answered, and when they no longer are, the connection ends.
func TestKeepAlive(t *testing.T) {
	c := plain(Call{0, server, Listen, 0}, Call{ms, client, Connect, 0}, Call{10 * time.Second, server, Abort, 0})
	c.Hosts[0].Flavour.KeepAlive, c.Hosts[0].Flavour.KeepAliveInterval, c.Hosts[0].Flavour.KeepAliveProbes = time.Second, time.Second, 3
	run := runLosing(c, func(p packet) bool { return p.from == server && p.seg.Flags.String() == "RST" }, 100)
	l := run.Lives[client][0]
	if last := l.Changes[len(l.Changes)-1]; last.To != state.Closed || last.Cause != state.Timer || last.At < 10*time.Second {
		t.Errorf("%+v\n%s", last, run.Scenario("x"))
	}
}

// edges are the changes that RFC 9293 knows, figure 5 with what it leaves out:
// resets, aborts and timeouts lead to CLOSED from everywhere.
var edges = map[state.State][]state.State{
	state.Closed:      {state.Listen, state.SynSent},
	state.Listen:      {state.SynReceived, state.SynSent},
	state.SynSent:     {state.SynReceived, state.Established},
	state.SynReceived: {state.Established, state.FinWait1, state.Listen},
	state.Established: {state.FinWait1, state.CloseWait},
	state.FinWait1:    {state.FinWait2, state.Closing},
	state.FinWait2:    {state.TimeWait},
	state.CloseWait:   {state.LastAck},
	state.Closing:     {state.TimeWait},
}

// check is the invariant of a life.
func (l *Life) check() error {
	at, last := state.Closed, time.Duration(0)
	for i, c := range l.Changes {
		legal := c.To == state.Closed && c.From != state.Closed
		for _, to := range edges[c.From] {
			legal = legal || to == c.To
		}
		if c.From != at || !legal || c.At < last {
			return fmt.Errorf("change %d: %s to %s at %s", i, c.From, c.To, c.At)
		}
		at, last = c.To, c.At
	}
	if l.Corrupt {
		return fmt.Errorf("a byte is wrong")
	}
	return nil
}

func TestRandomRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		mess := rapid.SampledFrom([]float64{0, 0.3, 1}).Draw(t, "mess")
		config := Random(rand.New(rand.NewPCG(seed, 0)), mess)
		run := Run(config, rand.New(rand.NewPCG(seed, 1)))
		for _, side := range reconstruct.Sides {
			for _, l := range run.Lives[side] {
				if err := l.check(); err != nil {
					t.Fatalf("%s: %v\n%s", side, err, run.Scenario("x"))
				}
				checkStream(t, run, l)
			}
		}
		if n := len(run.Packets); n > 5000 {
			t.Fatalf("%d packets: the ends do not come to rest", n)
		}
		again := Run(config, rand.New(rand.NewPCG(seed, 1)))
		if !reflect.DeepEqual(again.Lives, run.Lives) || !reflect.DeepEqual(again.Packets, run.Packets) {
			t.Fatal("equal arguments, different runs")
		}
		s := run.Scenario("x")
		if _, err := scenario.Parse("x", s.String()); err != nil {
			t.Fatal(err)
		}
	})
}

// checkStream wants every byte delivered where both ends closed in order.
func checkStream(t *rapid.T, run *Result, l *Life) {
	if !l.HasISS || !orderly(l) {
		return
	}
	peer := run.Answer(l.Side.Peer(), l.ISS)
	if peer == nil || !orderly(peer) {
		return
	}
	if peer.Received != l.Sent {
		t.Fatalf("%s sent %d bytes, %d arrived\n%s", l.Side, l.Sent, peer.Received, run.Scenario("x"))
	}
}

// orderly tells whether a connection was closed by FINs both ways.
func orderly(l *Life) bool {
	for _, c := range l.Changes {
		if c.To == state.TimeWait || c.From == state.LastAck && c.Event == "ACK of FIN" {
			return true
		}
	}
	return false
}

// The random runs reach every state and every kind of end often enough for a
// property test to mean something.
func TestRandomRunsReachEverything(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(1500) {
		config := Random(rand.New(rand.NewPCG(seed, 0)), 0.5)
		for _, lives := range Run(config, rand.New(rand.NewPCG(seed, 1))).Lives {
			for _, l := range lives {
				for _, c := range l.Changes {
					seen[c.From.String()+" "+c.To.String()]++
				}
			}
		}
	}
	for from, list := range edges {
		for _, to := range list {
			if key := from.String() + " " + to.String(); seen[key] == 0 && key != "LISTEN SYN-SENT" {
				t.Errorf("never: %s", key)
			}
		}
	}
	t.Log(seen)
}
