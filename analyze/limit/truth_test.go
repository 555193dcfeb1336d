package limit_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/analyzetest"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// tally compares estimates of the congestion window with a kernel's own.
type tally struct {
	rows, limited, near int // all, labelled cwnd, and of these within a segment
	bounds, held        int // all that are at least, and those that hold, within a segment
}

func (t *tally) add(s limit.State, truth, mss int64) {
	t.rows++
	if s.Limit == limit.Cwnd {
		t.limited++
		if off := s.Cwnd - truth; -mss <= off && off <= mss {
			t.near++
		}
	}
	if !s.Estimate {
		t.bounds++
		if s.Cwnd <= truth+mss {
			t.held++
		}
	}
}

// check asks for shares of the rows that are limited, of those that are near,
// and of the bounds that hold.
func (t *tally) check(tb testing.TB, limited, near, held float64) {
	tb.Helper()
	tb.Logf("%d rows; %d labelled cwnd, %d of them within a segment; %d of %d bounds hold", t.rows, t.limited, t.near, t.held, t.bounds)
	if t.rows == 0 || float64(t.limited) < limited*float64(t.rows) || float64(t.near) < near*float64(t.limited) || float64(t.held) < held*float64(t.bounds) {
		tb.Errorf("want at least %v of the rows labelled, %v of these near, %v of the bounds to hold", limited, near, held)
	}
}

// logged is what the kernel said on entering an acknowledgement's processing:
// what it had made of the one before.
type logged struct {
	next, una seq.Number
	cwnd      int64 // segments
}

func readLog(t *testing.T, file string) (all []logged) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		cells := strings.Fields(line)
		var numbers [3]uint64
		for i := range numbers {
			if numbers[i], err = strconv.ParseUint(cells[5+i], 0, 32); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, logged{seq.Number(numbers[0]), seq.Number(numbers[1]), int64(numbers[2])})
	}
	return all
}

// The kernel that sent the captures logged its window at each acknowledgement.
// Those are all in the captures, so the n-th row belongs to the n-th of them; it
// is compared with what was thought after the segment before, and after the
// acknowledgement itself.
func TestKernelLogged(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testneed.Shared(t, "captures/kernel-logged"), "*.pcap"))
	if err != nil || len(files) != 6 {
		t.Fatalf("%d captures (%v)", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".pcap")
		t.Run(name, func(t *testing.T) {
			before, after := compareLog(t, file, readLog(t, strings.TrimSuffix(file, ".pcap")+".sender-kernel.txt"))
			least := 0.5
			if strings.HasPrefix(name, "0pc") {
				least = 0 // mostly the receive window and the send buffer bind
			}
			before.check(t, least, 0.95, 0.95)
			after.check(t, least, 0.95, 0.95)
		})
	}
}

// compareLog compares a capture at the sender with the log of its kernel.
func compareLog(t *testing.T, file string, log []logged) (before, after tally) {
	t.Helper()
	const mss = 1448
	var latest limit.State
	rows, unlike := 0, 0
	a := analyzetest.Open(t, file, analyze.Options{})
	for s := range a.Segments() {
		h := &s.Conn.Half[reconstruct.Client]
		if s.From == reconstruct.Server && s.Ack > 1 && rows < len(log) {
			row := log[rows]
			rows++
			if row.una != h.ISN.Add(uint32(s.Before[reconstruct.Client].Acked)) || row.next != h.ISN.Add(uint32(s.Before[reconstruct.Client].Max)) {
				unlike++
			}
			before.add(latest, row.cwnd*mss, mss)
			after.add(s.Limit, row.cwnd*mss, mss)
		}
		if s.LimitKnown {
			latest = s.Limit
		}
	}
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	if rows != len(log) || unlike > 1 {
		t.Errorf("%d rows of %d, %d of other numbers", rows, len(log), unlike)
	}
	return before, after
}
