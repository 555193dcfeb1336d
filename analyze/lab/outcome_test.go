package lab

import (
	"net/netip"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/workload"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

var (
	clientAt = netip.MustParseAddrPort("10.0.0.1:40000")
	serverAt = netip.MustParseAddrPort("10.0.0.2:10141")
)

// closing is a call of either end, at microseconds after the connection began.
func closing(side reconstruct.Side, name string, begin, end int64) workload.Call {
	c := workload.Call{Call: name, Begin: capture.Timestamp(begin * 1000), End: capture.Timestamp(end * 1000), Local: clientAt, Remote: serverAt}
	if side == reconstruct.Server {
		c.Local, c.Remote = serverAt, clientAt
	}
	return c
}

// seen is a connection whose client's FIN passed a tap at microseconds.
func seen(kind state.Close, fin int64) *analyze.Connection {
	c := &analyze.Connection{}
	for i, at := range []netip.AddrPort{clientAt, serverAt} {
		c.Ends[i] = decode.Endpoint{IP: decode.Address{Bytes: at.Addr().As16()}, Port: at.Port()}
	}
	c.States.Close, c.States.HandshakeRTT = kind, 10*time.Millisecond
	c.States.Paths[reconstruct.Client] = state.Path{{
		From: state.Established, To: state.FinWait1, Frame: 7, HasLatest: true, Latest: time.Duration(fin) * time.Microsecond,
	}}
	return c
}

func TestPrediction(t *testing.T) {
	const client, server = reconstruct.Client, reconstruct.Server
	for name, c := range map[string]struct {
		calls      []workload.Call
		left, came int64 // of the client's FIN
		shows      state.Close
		want       Prediction
		agrees     bool
	}{
		"the FIN comes after both calls": {
			[]workload.Call{closing(client, "close", 100, 120), closing(server, "close", 130, 150)}, 110, 5110, state.CloseSimultaneous, Simultaneous, true},
		"the FIN comes before the second call": {
			[]workload.Call{closing(client, "close", 100, 120), closing(server, "close", 130, 150)}, 110, 115, state.CloseClientFirst, ClientFirst, true},
		"the FIN comes during the second call": {
			[]workload.Call{closing(client, "close", 100, 120), closing(server, "close", 130, 150)}, 110, 140, state.CloseSimultaneous, TooClose, true},
		"calls and arrival at one moment": {
			[]workload.Call{closing(client, "close", 100, 100), closing(server, "close", 100, 100)}, 100, 100, state.CloseSimultaneous, TooClose, true},
		"the FIN comes with the second call, which it causes": {
			[]workload.Call{closing(client, "close", 100, 100), closing(server, "close", 130, 130)}, 100, 130, state.CloseClientFirst, ClientFirst, true},
		"the capture shows something else": {
			[]workload.Call{closing(client, "close", 100, 120), closing(server, "close", 130, 150)}, 110, 5110, state.CloseClientFirst, Simultaneous, false},
		"a shutdown sends the FIN, a close after it nothing": {
			[]workload.Call{closing(client, "shutdown", 100, 120), closing(client, "close", 125, 126), closing(server, "close", 6000, 6010)}, 110, 5110, state.CloseClientFirst, ClientFirst, true},
		"one call alone": {
			[]workload.Call{closing(client, "close", 100, 120)}, 110, 5110, state.CloseHalfClosed, NoPrediction, false},
		"a reset": {
			[]workload.Call{closing(client, "close", 100, 120), closing(server, "close", 130, 150)}, 110, 5110, state.CloseResetByServer, NoPrediction, false},
	} {
		got := Outcomes(c.calls, []*analyze.Connection{seen(c.shows, c.left)}, []*analyze.Connection{seen(c.shows, c.came)})
		if len(got) != 1 || got[0].Predicted != c.want || got[0].Agrees != c.agrees {
			t.Errorf("%s: %+v, want %v, agrees %v", name, got, c.want, c.agrees)
		}
	}
}

// With one capture the way of the FIN is half the handshake's.
func TestPredictionOfOneCapture(t *testing.T) {
	calls := []workload.Call{closing(reconstruct.Client, "close", 100, 120), closing(reconstruct.Server, "close", 130, 150)}
	for _, taps := range [][2][]*analyze.Connection{{{seen(state.CloseSimultaneous, 110)}, nil}, {nil, {seen(state.CloseSimultaneous, 5110)}}} {
		got := Outcomes(calls, taps[0], taps[1])
		if len(got) != 1 || got[0].Predicted != Simultaneous || got[0].Measured || got[0].OneWay != 5*time.Millisecond {
			t.Errorf("%+v", got)
		}
	}
}

// Where both ends open, the tap at the server takes the server for the client.
func TestPredictionAfterSimultaneousOpen(t *testing.T) {
	at := seen(state.CloseServerFirst, 5110)
	at.Ends[0], at.Ends[1] = at.Ends[1], at.Ends[0]
	at.States.Paths[0], at.States.Paths[1] = at.States.Paths[1], at.States.Paths[0]
	calls := []workload.Call{closing(reconstruct.Client, "close", 100, 120), closing(reconstruct.Server, "close", 6000, 6020)}
	got := Outcomes(calls, []*analyze.Connection{seen(state.CloseClientFirst, 110)}, []*analyze.Connection{at})
	if len(got) != 1 || got[0].Predicted != ClientFirst || !got[0].Agrees || !got[0].Measured || got[0].OneWay != 5*time.Millisecond {
		t.Errorf("%+v", got)
	}
}

func TestSpread(t *testing.T) {
	if s := SpreadOf([]time.Duration{40, 10, 30, 20}); s != (Spread[time.Duration]{4, 10, 17, 25, 32, 40}) {
		t.Errorf("%v", s)
	}
	if s := SpreadOf([]float64{5, 1, 2, 4, 3}); s != (Spread[float64]{5, 1, 2, 3, 4, 5}) {
		t.Errorf("%v", s)
	}
	if s := SpreadOf([]float64{7}); s != (Spread[float64]{1, 7, 7, 7, 7, 7}) {
		t.Errorf("%v", s)
	}
	if s := SpreadOf[time.Duration](nil); s != (Spread[time.Duration]{}) {
		t.Errorf("%v", s)
	}
}

// The first connections can be left out, of times and of bandwidths alike.
func TestFinish(t *testing.T) {
	c := Cell{Outcomes: []Outcome{{HandshakeRTT: 90, Goodput: 9}, {HandshakeRTT: 10, Goodput: 1}, {HandshakeRTT: 20, Goodput: 2}}}
	for _, rate := range []float64{7, 3, 5} {
		c.Measured(rate)
	}
	c.Finish(1)
	if c.Connections != 2 || c.RTT.Median != 15 || c.Bandwidth.Median != 4 || c.Goodput.Most != 2 {
		t.Errorf("%+v", c)
	}
	c.Finish(5)
	if c.Connections != 0 || c.RTT.N != 0 || c.Bandwidth.N != 0 {
		t.Errorf("%+v", c)
	}
}
