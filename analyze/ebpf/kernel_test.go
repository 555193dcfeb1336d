package ebpf_test

import (
	"bufio"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/analyzetest"
	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// account is what the kernel's tracepoints told of one host: the changes of
// state of its only socket (inet_sock_set_state), and the smoothed round trip
// at each entry of tcp_rcv_established (tcp_probe), in microseconds.
type account struct {
	changes []change
	srtt    []int64
}

type change struct {
	at       time.Duration
	old, new string
}

var hosts = [2]string{"10.0.0.1", "10.0.0.2"}

// readAccount reads what a host's kernel told; see testdata/README.md.
func readAccount(t *testing.T, path, host string) (a account) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var s, us int64
		var local, remote, what, value string
		var lport, rport int
		if _, err := fmt.Sscanf(lines.Text(), "%d.%d %s %d %s %d %s %s", &s, &us, &local, &lport, &remote, &rport, &what, &value); err != nil {
			t.Fatalf("%s: %v: %q", path, err, lines.Text())
		}
		var srtt int64
		switch {
		case local != host:
		case what == "srtt":
			if _, err := fmt.Sscan(value, &srtt); err != nil {
				t.Fatal(err)
			}
			a.srtt = append(a.srtt, srtt)
		default:
			a.changes = append(a.changes, change{time.Duration(s*1e6+us) * time.Microsecond, what, value})
		}
	}
	return a
}

// queued are the runs in which a close() waited behind data: its host left
// ESTABLISHED before any capture can know.
var queued = map[string]string{"zero-window": "10.0.0.2"}

// The captures of both ends tell what the kernel told meanwhile.
func TestAgainstKernel(t *testing.T) {
	folders, err := filepath.Glob("../../testdata/ebpf/*/kernel.txt")
	if err != nil || len(folders) < 8 {
		t.Fatalf("%d runs (%v)", len(folders), err)
	}
	for _, path := range folders {
		folder := filepath.Dir(path)
		for _, side := range reconstruct.Sides {
			t.Run(filepath.Base(folder)+" "+side.String(), func(t *testing.T) {
				truth := readAccount(t, path, hosts[side])
				events, seen := tell(t, filepath.Join(folder, side.String()+".pcapng.gz"), hosts[side])
				compareStates(t, events, truth.changes)
				if queued[filepath.Base(folder)] != hosts[side] {
					compareTrips(t, seen, truth.srtt)
				}
			})
		}
	}
}

func tell(t *testing.T, path, host string) (events []ebpf.Event, seen ebpf.Histogram) {
	t.Helper()
	choice := ebpf.Choice{Host: ebpf.ByAddress, Address: netip.MustParseAddr(host)}
	counted := ebpf.NewTrips(ebpf.TripOptions{Choice: choice})
	a := analyzetest.Open(t, path, analyze.Options{Extra: ebpf.NewCloses})
	for s, c := range a.Walk() {
		if s != nil {
			counted.Observe(s, a.Began())
			continue
		}
		counted.End(c)
		events = append(events, choice.Events(c)...)
	}
	for _, h := range counted.Histograms() {
		seen = *h
	}
	return events, seen
}

// slack is how long the kernel takes between a change of state and its packet
// at the tap, and the other way round.
const slack = 2 * time.Millisecond

func compareStates(t *testing.T, events []ebpf.Event, truth []change) {
	t.Helper()
	var got, want []string
	for _, e := range events {
		got = append(got, e.Old+">"+e.New)
	}
	for _, c := range truth {
		want = append(want, c.old+">"+c.new)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("path %v\nkernel %v", got, want)
	}
	for i := 1; i < len(truth); i++ {
		took, in := truth[i].at-truth[i-1].at, events[i].In
		if in.HasLeast && took < in.Least-slack || in.HasMost && took > in.Most+slack {
			t.Errorf("%s: %v to %v, the kernel took %v", got[i], in.Least, in.Most, took)
		}
	}
}

func compareTrips(t *testing.T, seen ebpf.Histogram, truth []int64) {
	t.Helper()
	var sum int64
	for _, srtt := range truth {
		sum += srtt
	}
	if seen.N != int64(len(truth)) || seen.Unknown != 0 {
		t.Fatalf("%d values and %d unknown, the kernel has %d", seen.N, seen.Unknown, len(truth))
	}
	if off := math.Abs(float64(seen.Sum - sum)); off > 0.01*float64(sum) {
		t.Errorf("sum %d us, the kernel has %d", seen.Sum, sum)
	}
}
