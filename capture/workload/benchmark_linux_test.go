package workload

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBenchmarkModes(t *testing.T) {
	for _, mode := range []Mode{TwoThreads, TwoProcesses, OneThread} {
		for _, fixed := range []bool{false, true} {
			name := string(mode)
			if fixed {
				name += " -s"
			}
			t.Run(name, func(t *testing.T) {
				l := newLab(t)
				b := Benchmark{Mode: mode, FixedBuffers: fixed, Bare: true, Iterations: 2, Getrusage: true, Self: self}
				r, err := b.Run(within(t, 30*time.Second), l.Env)
				if err != nil {
					t.Fatal(err)
				}
				if len(r.Samples) != 2 {
					t.Fatalf("%d samples", len(r.Samples))
				}
				for _, d := range r.Samples {
					if d.Bytes != DefaultTotal || d.Time <= 0 || d.Usage.System+d.Usage.User <= 0 {
						t.Errorf("datum %+v", d)
					}
					t.Logf("%.0f KBytes/s, %v", d.KBytes(), d.Time)
				}
				checkClosed(t, l.log)
			})
		}
	}
}

// TestBenchmarkRoles: the one that connects reads and closes first, port and
// listener are as in the lab.
func TestBenchmarkRoles(t *testing.T) {
	for _, mode := range []Mode{TwoThreads, TwoProcesses, OneThread} {
		t.Run(string(mode), func(t *testing.T) {
			l := newLab(t)
			b := Benchmark{Mode: mode, Bare: true, Total: 1 << 20, Self: self}
			if _, err := b.Run(within(t, 30*time.Second), l.Env); err != nil {
				t.Fatal(err)
			}
			client, server := strings.Join(said(l.log, "client"), ", "), strings.Join(said(l.log, "server"), ", ")
			if want := "socket, connect, read, close"; client != want {
				t.Errorf("client: %s, want %s", client, want)
			}
			if want := "socket, bind, listen, accept, close, write, close"; server != want {
				t.Errorf("server: %s, want %s", server, want)
			}
			calls := l.log.Calls()
			read, write := calls[len(calls)-2], calls[len(calls)-1]
			if read.Host != "client" || write.Host != "server" || write.Begin < read.End || read.Call+write.Call != "closeclose" {
				t.Errorf("the ends close so: %+v, %+v", read, write)
			}
			if read.Remote.Port() != l.Port || write.Local.Port() != l.Port {
				t.Errorf("ports: %v, %v", read.Remote, write.Local)
			}
			t.Logf("from close to close %v, the first took %v", write.Begin.Sub(read.Begin), read.End.Sub(read.Begin))
		})
	}
}

func TestBenchmarkSettles(t *testing.T) {
	l := newLab(t)
	if _, err := (Benchmark{Total: 1 << 20}).Run(within(t, 30*time.Second), l.Env); err != nil {
		t.Fatal(err)
	}
	calls := l.log.Calls()
	connected, wrote := time.Duration(0), time.Duration(0)
	for _, c := range calls {
		switch c.Call {
		case "connect":
			connected = c.End.Sub(calls[0].Begin)
		case "write":
			wrote = c.Begin.Sub(calls[0].Begin)
		}
	}
	if idle := wrote - connected; idle < 2*settleDuration {
		t.Errorf("%v between handshake and data, want a second before and one in the sender", idle)
	}
}

func TestBenchmarkDefaultPort(t *testing.T) {
	l := newLab(t)
	l.Port = 0
	do := namespace(t) // where nobody else has the port
	for i := range l.Hosts {
		l.Hosts[i].Stack.(*Kernel).Do = do
	}
	if _, err := (Benchmark{Bare: true, Total: 1 << 20}).Run(within(t, 30*time.Second), l.Env); err != nil {
		t.Fatal(err)
	}
	for _, c := range l.log.Calls() {
		if c.Call == "connect" && c.Remote.Port() != 10141 {
			t.Errorf("connects to %v", c.Remote)
		}
	}
}

func TestBenchmarkRefusals(t *testing.T) {
	for _, c := range []struct {
		name string
		Benchmark
		problem string
	}{
		{"a total that is no multiple", Benchmark{Total: 1000, Buffer: 300}, "no multiple"},
		{"a total below the buffer", Benchmark{Total: 1000}, "no multiple"},
		{"a negative buffer", Benchmark{Buffer: -1}, "positive"},
		{"a mode of nobody's", Benchmark{Mode: "3thread"}, `no mode "3thread"`},
		{"2proc without a program", Benchmark{Mode: TwoProcesses}, "program"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			_, err := c.Benchmark.Run(context.Background(), l.Env)
			var refusal *UsageError
			if !errors.As(err, &refusal) || !strings.Contains(err.Error(), c.problem) {
				t.Fatalf("error %v, want a refusal with %q", err, c.problem)
			}
			if refusal.ExitStatus() != 64 {
				t.Errorf("exit status %d", refusal.ExitStatus())
			}
			if len(l.log.Calls()) > 0 {
				t.Error("it opened sockets")
			}
		})
	}
}

func TestBenchmarkEndsWithItsContext(t *testing.T) {
	for _, mode := range []Mode{TwoThreads, TwoProcesses, OneThread} {
		t.Run(string(mode), func(t *testing.T) {
			l := newLab(t)
			stopped := errors.New("stopped by the test")
			ctx, cancel := context.WithCancelCause(context.Background())
			time.AfterFunc(100*time.Millisecond, func() { cancel(stopped) })
			var child *exec.Cmd
			b := Benchmark{Mode: mode, Bare: true, Total: 1 << 40, Self: func(argument string) *exec.Cmd {
				child = self(argument)
				return child
			}}
			begin := time.Now()
			if _, err := b.Run(ctx, l.Env); !errors.Is(err, stopped) {
				t.Errorf("error %v", err)
			}
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
			if child != nil && child.ProcessState == nil {
				t.Error("the child was not waited for")
			}
			checkClosed(t, l.log)
		})
	}
}

func TestBenchmarkChildFails(t *testing.T) {
	l := newLab(t)
	b := Benchmark{Mode: TwoProcesses, Bare: true, Self: func(string) *exec.Cmd {
		return exec.Command("/bin/sh", "-c", "echo words of the child >&2; exit 3")
	}}
	_, err := b.Run(within(t, 30*time.Second), l.Env)
	if err == nil || !strings.Contains(err.Error(), "words of the child") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error %v", err)
	}
	checkClosed(t, l.log)
}

func TestBenchmarkCongestion(t *testing.T) {
	l := newLab(t)
	l.Congestion = "reno"
	r, err := Benchmark{Bare: true, Total: 1 << 20, Verbose: true}.Run(within(t, 30*time.Second), l.Env)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Configuration.Network.Congestion; got != "reno" {
		t.Errorf("report says %q", got)
	}
	l.Congestion = "no-such"
	if _, err := (Benchmark{Bare: true}).Run(within(t, 30*time.Second), l.Env); err == nil || !strings.Contains(err.Error(), "reno") {
		t.Errorf("unknown name: %v, want one that says what there is", err)
	}
}

// keysOf are the keys of a JSON object in their order, those of objects within
// behind a dot.
func keysOf(t *testing.T, text []byte) (keys []string) {
	t.Helper()
	if !json.Valid(text) {
		t.Fatalf("no JSON: %s", text)
	}
	for _, m := range regexp.MustCompile(`"([^"]+)": *`).FindAllSubmatch(text, -1) {
		keys = append(keys, string(m[1]))
	}
	return keys
}

func TestReportHasTheKeysOfTheOriginal(t *testing.T) {
	described := strings.Fields(`hardware_configuration hw.machine hw.model hw.ncpu hw.physmem hw.pagesizes pagesize hw.cpufreq.arm_freq
		os_configuration kern.ostype kern.osrelease kern.ident kern.hostname
		network_ipc_configuration kern.ipc.pipe_mindirect kern.ipc.maxsockbuf ifnet.name ifnet.mtu net.inet.tcp.cc.algorithm net.isr.bindthreads net.isr.defaultqlimit
		benchmark_configuration buffersize totalsize msgcount mode ipctype pmctype iterations`)
	sampled := strings.Fields(`benchmark_samples bandwidth time`)
	used := strings.Fields(`stime utime msgsnd msgrcv nvcsw nivcsw`)
	for _, c := range []struct {
		name string
		Benchmark
		want []string
	}{
		{"-j", Benchmark{}, sampled},
		{"-j -g", Benchmark{Getrusage: true}, slices.Concat(sampled, used)},
		{"-j -v -g", Benchmark{Getrusage: true, Verbose: true}, slices.Concat(described, sampled, used)},
		{"-j describe", Benchmark{Mode: Describe}, described},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.Bare, c.Total = true, 1<<20
			l := newLab(t)
			r, err := c.Benchmark.Run(within(t, 30*time.Second), l.Env)
			if err != nil {
				t.Fatal(err)
			}
			var text bytes.Buffer
			if err := r.WriteJSON(&text); err != nil {
				t.Fatal(err)
			}
			if got := keysOf(t, text.Bytes()); !slices.Equal(got, c.want) {
				t.Errorf("keys %v\nwant %v", got, c.want)
			}
		})
	}
}

func TestReportValues(t *testing.T) {
	r := &Report{usage: true, Samples: []Datum{{Bytes: 16 << 20, Time: 1500 * time.Millisecond, Usage: Usage{System: 1250 * time.Microsecond, Voluntary: 7}}}}
	var text, object bytes.Buffer
	if err := errors.Join(r.WriteText(&text), r.WriteJSON(&object)); err != nil {
		t.Fatal(err)
	}
	want := "datum:\n  bandwidth: 10922.67 KBytes/sec\n  time: 1.500000000 seconds\n  stime: 0.001250 seconds\n" +
		"  utime: 0.000000 seconds\n  msgsnd: 0 messages\n  msgrcv: 0 messages\n" +
		"  nvcsw: 7 voluntary context switches\n  nivcsw: 0 involuntary context switches\n"
	if text.String() != want {
		t.Errorf("text %q\nwant %q", &text, want)
	}
	if !strings.Contains(object.String(), `"bandwidth": 10922.67,`) || !strings.Contains(object.String(), `"time": 1.500000000,`) {
		t.Errorf("JSON %s", &object)
	}
	r.quiet = true
	text.Reset()
	if err := errors.Join(r.WriteText(&text), r.WriteJSON(&text)); err != nil || text.Len() > 0 {
		t.Errorf("quiet says %q, %v", &text, err)
	}
}

func TestReportDescribesThisMachine(t *testing.T) {
	l := newLab(t)
	r, err := Benchmark{Mode: Describe}.Run(context.Background(), l.Env)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Configuration
	if c.OS.Type != "Linux" || c.Hardware.PhysMem == 0 || c.Network.InterfaceName != "lo" || c.Network.MTU == 0 || c.Network.Congestion == "" {
		t.Errorf("configuration %+v", c)
	}
	if b := c.Benchmark; b.Total != 16<<20 || b.Buffer != 128<<10 || b.Messages != 128 || b.IPC != "tcp" || b.Iterations != 1 {
		t.Errorf("benchmark %+v", b)
	}
	var text bytes.Buffer
	if err := r.WriteText(&text); err != nil || !strings.Contains(text.String(), "\n  kern.ostype: Linux\n") {
		t.Errorf("text %s, %v", &text, err)
	}
}
