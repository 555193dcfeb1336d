package workload

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestLogKeepsEveryWrite(t *testing.T) {
	for _, every := range []bool{false, true} {
		l := newLab(t)
		l.log.Every = every
		b := Benchmark{Bare: true, Total: 1 << 20, Buffer: 64 << 10}
		if _, err := b.Run(within(t, 20*time.Second), l.Env); err != nil {
			t.Fatal(err)
		}
		writes, bytes := 0, 0
		for _, c := range l.log.Calls() {
			if c.Call == "write" {
				writes, bytes = writes+1, bytes+c.Bytes
			}
		}
		if every && (writes != 16 || bytes != 1<<20) || !every && writes != 1 {
			t.Errorf("every %v: %d writes of %d bytes", every, writes, bytes)
		}
	}
}

func TestLogTimesAndAddresses(t *testing.T) {
	l := newLab(t)
	begin := WallClock{}.Now()
	if _, err := (Benchmark{Bare: true, Total: 1 << 20}).Run(within(t, 20*time.Second), l.Env); err != nil {
		t.Fatal(err)
	}
	end := WallClock{}.Now()
	last := begin
	for _, c := range l.log.Calls() {
		if c.Begin < last || c.End < c.Begin || c.End > end {
			t.Errorf("times of %+v", c)
		}
		last = c.Begin
		if c.FD <= 2 {
			t.Errorf("descriptor of %+v", c)
		}
		connected := c.Call == "connect" || c.Call == "accept" || c.Call == "write" || c.Call == "read"
		if connected && (!c.Local.IsValid() || !c.Remote.IsValid() || c.Local.Port() == 0) {
			t.Errorf("addresses of %+v", c)
		}
	}
}

func TestWriteCalls(t *testing.T) {
	at := netip.MustParseAddrPort("127.0.0.1:4000")
	var text bytes.Buffer
	err := WriteCalls(&text, []Call{
		{Begin: 5, End: 7, Host: "client", Call: "connect", Result: "ECONNREFUSED", FD: 3, Remote: at},
		{Begin: 8, End: 9, Host: "client", Call: "close", Result: "ok", FD: 3, Detail: "SO_LINGER 0"},
	})
	want := `{"begin_ns":5,"end_ns":7,"host":"client","call":"connect","result":"ECONNREFUSED","fd":3,"remote":"127.0.0.1:4000"}` + "\n" +
		`{"begin_ns":8,"end_ns":9,"host":"client","call":"close","result":"ok","fd":3,"detail":"SO_LINGER 0"}` + "\n"
	if err != nil || text.String() != want {
		t.Errorf("%s, %v\nwant %s", &text, err, want)
	}
}

func TestSamplerWatchesBothEnds(t *testing.T) {
	l := newLab(t)
	stop := l.Samples.Start(t.Context())
	b := Benchmark{Bare: true, Total: 256 << 20, FixedBuffers: true}
	if _, err := b.Run(within(t, 60*time.Second), l.Env); err != nil {
		t.Fatal(err)
	}
	stop()
	byHost := map[string]int{}
	var last Sample
	for _, s := range l.Samples.Samples() {
		byHost[s.Host]++
		if s.State != "ESTABLISHED" || s.Cwnd == 0 || s.MSS == 0 || s.Local == s.Remote {
			t.Errorf("sample %+v", s)
		}
		if s.Host == "server" {
			last = s
		}
	}
	if byHost["client"] < 5 || byHost["server"] < 5 {
		t.Errorf("samples %v", byHost)
	}
	if last.SRTT == 0 || last.RTO == 0 || last.Busy == 0 || last.SendWindow == 0 || last.BytesAcked < b.Total-1<<20 {
		t.Errorf("last sample of the sender %+v", last)
	}
}

func TestSamplerForgetsClosedConnections(t *testing.T) {
	l := newLab(t)
	p, err := l.connect(within(t, 20*time.Second), Options{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	l.Samples.Take()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	l.Samples.Take()
	if n, m := len(l.Samples.Samples()), len(l.Samples.watched); n != 2 || m != 0 {
		t.Errorf("%d samples, %d connections watched", n, m)
	}
}

func TestWriteSamples(t *testing.T) {
	at := netip.MustParseAddrPort("127.0.0.1:4000")
	samples := []Sample{
		{Time: 1, Host: "client", Local: at, Remote: at, Info: Info{State: "ESTABLISHED", Cwnd: 10, MSS: 1448, SRTT: 40_100 * time.Microsecond, Busy: time.Second}},
		{Time: 2, Host: "server", Local: at, Remote: at, Info: Info{Ssthresh: 7, MSS: 1000, SendWindow: -1}},
	}
	var text bytes.Buffer
	if err := WriteSamples(&text, samples); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text.String()), "\n")
	var first, second map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(lines[1]), &second); err != nil {
		t.Fatal(err)
	}
	if first["cwnd"] != 14480.0 || first["srtt_s"] != 0.0401 || first["busy_s"] != 1.0 || first["snd_wnd"] != 0.0 {
		t.Errorf("first %v", first)
	}
	for _, unknown := range []string{"ssthresh", "min_rtt_s", "delivery_rate"} {
		if _, is := first[unknown]; is {
			t.Errorf("%s is unknown and written", unknown)
		}
	}
	if _, is := second["snd_wnd"]; is || second["ssthresh"] != 7000.0 || second["state"] != nil {
		t.Errorf("second %v", second)
	}
	text.Reset()
	if err := WriteSamplesCSV(&text, samples); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&text).ReadAll()
	if err != nil || len(rows) != 3 || len(rows[0]) != len(columns()) || rows[1][5] != "10" || rows[1][7] != "" {
		t.Errorf("CSV %v, %v", rows, err)
	}
}

func TestNothingIsKeptWithoutALog(t *testing.T) {
	l := newLab(t)
	for i := range l.Hosts {
		l.Hosts[i].Stack = &Kernel{}
	}
	l.Samples = nil
	if _, err := (Benchmark{Bare: true, Total: 1 << 20}).Run(within(t, 20*time.Second), l.Env); err != nil {
		t.Fatal(err)
	}
	var log *Log
	if log.Calls() != nil || l.Samples.Samples() != nil {
		t.Error("something was kept")
	}
}
