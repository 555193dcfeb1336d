package ebpf_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

// open prepares the analysis of a scenario.
func open(t *testing.T, text string) *analyze.Analysis {
	t.Helper()
	return analyze.New(scenariotest.Reader(t, text), analyze.Options{Extra: ebpf.NewCloses})
}

const handshake = `
0.000 > S 0:0(0) win 64240 <mss 1000>
0.020 < S. 0:0(0) ack 1 win 65160 <mss 1000>
0.020 > . 1:1(0) ack 1 win 64240
`

// What the kernel shows of a side, whose rows a capture at the client gives.
var paths = []struct {
	name, text string
	host       ebpf.Host
	want       string
}{
	{"normal close", handshake + `
0.100 > F. 1:1(0) ack 1 win 64240
0.120 < F. 1:1(0) ack 2 win 65160
0.120 > . 2:2(0) ack 2 win 64240
`, ebpf.AtTap, "CLOSE>SYN_SENT 0s, SYN_SENT>ESTABLISHED 20ms, ESTABLISHED>FIN_WAIT1 80ms, FIN_WAIT1>FIN_WAIT2 20ms, FIN_WAIT2>CLOSE 0s"},
	{"simultaneous close", handshake + `
0.100 > F. 1:1(0) ack 1 win 64240
0.110 < F. 1:1(0) ack 1 win 65160
0.110 > . 2:2(0) ack 2 win 64240
0.120 < . 2:2(0) ack 2 win 65160
`, ebpf.AtTap, "CLOSE>SYN_SENT 0s, SYN_SENT>ESTABLISHED 20ms, ESTABLISHED>FIN_WAIT1 80ms, FIN_WAIT1>CLOSING 10ms, CLOSING>CLOSE 10ms"},
	{"reset", handshake + `
0.100 > R. 1:1(0) ack 1 win 64240
`, ebpf.AtTap, "CLOSE>SYN_SENT 0s, SYN_SENT>ESTABLISHED 20ms, ESTABLISHED>CLOSE 80ms"},
	{"a server's socket begins with the third ACK", handshake, ebpf.Servers,
		"LISTEN>SYN_RECV 0s, SYN_RECV>ESTABLISHED 0s, ESTABLISHED> ?"},
	{"a request that is never acknowledged is no socket", `
0.000 > S 0:0(0) win 64240
0.020 < S. 0:0(0) ack 1 win 65160
1.020 < S. 0:0(0) ack 1 win 65160
`, ebpf.Servers, ""},
	{"the last state lasts at least to the last packet", handshake + `
0.500 > P. 1:101(100) ack 1 win 64240
`, ebpf.AtTap, "CLOSE>SYN_SENT 0s, SYN_SENT>ESTABLISHED 20ms, ESTABLISHED> >=480ms"},
	{"a FIN that met a closed window may have waited", handshake + `
0.100 > P. 1:101(100) ack 1 win 64240
0.120 < . 1:1(0) ack 101 win 0
0.300 < . 1:1(0) ack 101 win 1000
0.300 > F. 101:101(0) ack 1 win 64240
0.320 < F. 1:1(0) ack 102 win 1000
0.320 > . 102:102(0) ack 2 win 64240
`, ebpf.AtTap, "CLOSE>SYN_SENT 0s, SYN_SENT>ESTABLISHED 20ms, ESTABLISHED>FIN_WAIT1 <=280ms, FIN_WAIT1>FIN_WAIT2 20ms..300ms, FIN_WAIT2>CLOSE 0s"},
}

func TestEvents(t *testing.T) {
	for _, test := range paths {
		t.Run(test.name, func(t *testing.T) {
			choice := ebpf.Choice{Host: test.host}
			var got []string
			for c := range open(t, test.text).Connections() {
				for _, e := range choice.Events(c) {
					got = append(got, e.Old+">"+e.New+" "+told(e.In))
				}
			}
			if text := strings.Join(got, ", "); text != test.want {
				t.Errorf("got  %s\nwant %s", text, test.want)
			}
		})
	}
}

func told(r ebpf.Range) string {
	switch {
	case r.Exact():
		return r.Least.String()
	case r.HasMost && r.Least == 0:
		return "<=" + r.Most.String()
	case r.HasMost:
		return r.Least.String() + ".." + r.Most.String()
	case r.HasLeast && r.Least > 0:
		return ">=" + r.Least.String()
	}
	return "?"
}

// Events of several sockets are in the order of time.
func TestSort(t *testing.T) {
	var all []ebpf.Event
	choice := ebpf.Choice{Host: ebpf.BothSides}
	for c := range open(t, handshake+"@conn 1\n0.010 > S 0:0(0)\n0.030 < S. 0:0(0) ack 1\n0.030 > . 1:1(0) ack 1\n").Connections() {
		all = append(all, choice.Events(c)...)
	}
	ebpf.Sort(all)
	if len(all) != 2*(3+3) || !slices.IsSortedFunc(all, func(a, b ebpf.Event) int { return int(a.At - b.At) }) {
		t.Errorf("%d events, or not in order", len(all))
	}
	if all[0].Conn != 0 || all[1].Conn != 1 {
		t.Errorf("the second SYN of the capture is event %v", all[1])
	}
}

// Which segments tcp_rcv_established sees at the client, and what it finds.
var trips = []struct{ name, text, want string }{
	{"not the handshake, and what the FIN finds", handshake + `
0.100 < F. 1:1(0) ack 1 win 65160
0.100 > F. 1:1(0) ack 2 win 64240
0.120 < . 2:2(0) ack 2 win 65160
`, "n 1 sum 20000 unknown 0"},
	{"the reset, and nothing after it", handshake + `
0.100 < R. 1:1(0) ack 1 win 65160
0.110 < R 1:1(0) win 0
`, "n 1 sum 20000 unknown 0"},
	{"nothing after an own FIN or reset", handshake + `
0.100 > R. 1:1(0) ack 1 win 64240
0.110 < P. 1:101(100) ack 1 win 65160
`, ""},
	{"each finds the estimate before it", handshake + `
0.100 > P. 1:101(100) ack 1 win 64240
0.128 < . 1:1(0) ack 101 win 65160
0.130 < P. 1:101(100) ack 101 win 65160
`, "n 2 sum 41000 unknown 0"},
	{"a connection that began earlier has no estimate yet", `
0.000 < P. 1:101(100) ack 1 win 65160
0.001 > P. 1:101(100) ack 101 win 64240
0.031 < . 101:101(0) ack 101 win 65160
0.040 < P. 101:201(100) ack 101 win 65160
`, "n 1 sum 30000 unknown 2"},
}

func TestTrips(t *testing.T) {
	for _, test := range trips {
		t.Run(test.name, func(t *testing.T) {
			a := open(t, test.text)
			counted := ebpf.NewTrips(ebpf.TripOptions{Choice: ebpf.Choice{Host: ebpf.Clients}})
			for s, c := range a.Walk() {
				if s != nil {
					counted.Observe(s, a.Began())
				} else {
					counted.End(c)
				}
			}
			var got string
			for _, h := range counted.Histograms() {
				got += fmt.Sprintf("n %d sum %d unknown %d", h.N, h.Sum, h.Unknown)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Slots, intervals and addresses share out what there is, and lose nothing.
func TestShares(t *testing.T) {
	text := handshake + "0.100 > P. 1:101(100) ack 1 win 64240\n0.120 < . 1:1(0) ack 101 win 65160\n1.500 < P. 1:101(100) ack 101 win 65160\n"
	for _, o := range []ebpf.TripOptions{
		{}, {Interval: time.Second}, {By: ebpf.ByRemote}, {Interval: time.Millisecond, By: ebpf.ByLocal}, {Unit: time.Millisecond},
	} {
		a := open(t, text)
		counted := ebpf.NewTrips(o)
		for s, c := range a.Walk() {
			if s != nil {
				counted.Observe(s, a.Began())
			} else {
				counted.End(c)
			}
		}
		var n, inSlots int64
		for _, h := range counted.Histograms() {
			n += h.N
			for _, count := range h.Slots {
				inSlots += count
			}
			if want := o.By != ebpf.AllAddresses; h.Address.IsValid() != want {
				t.Errorf("%+v: address %v", o, h.Address)
			}
		}
		if n != 2 || inSlots != 2 {
			t.Errorf("%+v: %d values, %d in slots, want 2", o, n, inSlots)
		}
	}
}

// An address picks the host, whichever side it is.
func TestHostByAddress(t *testing.T) {
	for address, want := range map[string]string{"10.0.0.1": "client", "10.0.0.2": "server", "10.0.0.3": ""} {
		choice := ebpf.Choice{Host: ebpf.ByAddress, Address: netip.MustParseAddr(address)}
		for c := range open(t, handshake).Connections() {
			got := ""
			for _, e := range choice.Events(c) {
				got = e.Side.String()
			}
			if got != want {
				t.Errorf("%s: %q, want %q", address, got, want)
			}
		}
	}
}
