package impair

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const packets = 200_000

// rates sends many packets, 1 ms apart, and counts what becomes of them.
func rates(t *testing.T, p Params) (lost, doubled, corrupted, skipped float64, delays []time.Duration) {
	t.Helper()
	gate, err := NewGate(p, 7)
	if err != nil {
		t.Fatal(err)
	}
	for i := range packets {
		now := time.Duration(i) * time.Millisecond
		copies, n := gate.Admit(now, 1500, 0)
		switch n {
		case 0:
			lost++
		case 2:
			doubled++
		}
		for _, c := range copies[:n] {
			if c.Bit >= 0 {
				corrupted++
			}
			if c.Due == now {
				skipped++
			}
			delays = append(delays, c.Due-now)
		}
	}
	return lost / packets, doubled / packets, corrupted / packets, skipped / packets, delays
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	// Five standard deviations of a binomial share.
	if slack := 5 * math.Sqrt(want*(1-want)/packets); math.Abs(got-want) > slack+1e-12 {
		t.Errorf("%s: %.5f, want %.5f within %.5f", what, got, want, slack)
	}
}

func TestShares(t *testing.T) {
	lost, doubled, corrupted, skipped, _ := rates(t, Params{Delay: time.Second, Loss: 0.1})
	near(t, "loss", lost, 0.1)
	near(t, "no duplicates", doubled, 0)
	near(t, "no corruption", corrupted, 0)
	near(t, "no reordering", skipped, 0)
	_, doubled, _, _, _ = rates(t, Params{Duplicate: 0.02})
	near(t, "duplicates", doubled, 0.02)
	_, _, corrupted, _, _ = rates(t, Params{Corrupt: 0.003})
	near(t, "corruption", corrupted, 0.003)
	_, _, _, skipped, _ = rates(t, Params{Delay: time.Second, Reorder: 0.25})
	near(t, "reordering", skipped, 0.25)
	if lost, _, _, _, _ = rates(t, Params{Loss: 1}); lost != 1 {
		t.Errorf("a loss of 1 lost %v", lost)
	}
}

func TestJitterIsUniform(t *testing.T) {
	_, _, _, _, delays := rates(t, Params{Delay: 20 * time.Millisecond, Jitter: 5 * time.Millisecond})
	var sum, low, high = time.Duration(0), time.Hour, time.Duration(0)
	for _, d := range delays {
		sum, low, high = sum+d, min(low, d), max(high, d)
	}
	mean := sum / time.Duration(len(delays))
	if (mean-20*time.Millisecond).Abs() > 50*time.Microsecond || low < 15*time.Millisecond || low > 15100*time.Microsecond ||
		high > 25*time.Millisecond || high < 24900*time.Microsecond {
		t.Errorf("delays of 20 ms with 5 ms of jitter: %v to %v, mean %v", low, high, mean)
	}
}

func TestRateAndLimit(t *testing.T) {
	gate, err := NewGate(Params{Delay: time.Second, Rate: 12_000_000, Limit: 3}, 1) // 1500 bytes a millisecond
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		copies, n := gate.Admit(0, 1500, i)
		if want := time.Second + time.Duration(i+1)*time.Millisecond; i < 3 && (n != 1 || copies[0].Due != want) {
			t.Errorf("packet %d: %d copies, due %v, want %v", i, n, copies[0].Due, want)
		}
		if i >= 3 && n != 0 {
			t.Errorf("packet %d passed a queue of 3", i)
		}
	}
	// A wire that was idle does not save up.
	if copies, _ := gate.Admit(time.Minute, 1500, 0); copies[0].Due != time.Minute+time.Second+time.Millisecond {
		t.Errorf("after idling: due %v", copies[0].Due)
	}
}

func TestSameSeedSameAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.Float64Range(0, 1)
		p := Params{
			Delay: 5 * time.Millisecond, Jitter: time.Millisecond, Rate: rapid.Int64Range(0, 1e9).Draw(t, "rate"),
			Loss: share.Draw(t, "loss"), Reorder: share.Draw(t, "reorder"), Duplicate: share.Draw(t, "duplicate"), Corrupt: share.Draw(t, "corrupt"),
		}
		seed := rapid.Uint64().Draw(t, "seed")
		a, err := NewGate(p, seed)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := NewGate(p, seed)
		for i := range 100 {
			now := time.Duration(i) * time.Microsecond
			first, n := a.Admit(now, 100, i)
			second, m := b.Admit(now, 100, i)
			if first != second || n != m {
				t.Fatalf("packet %d: %v (%d) and %v (%d)", i, first, n, second, m)
			}
			for _, c := range first[:n] {
				if c.Due < now || c.Bit >= 800 {
					t.Fatalf("packet %d leaves before it enters, or has bit %d of 800 turned: %v", i, c.Bit, c.Due)
				}
			}
		}
	})
}

func TestCheck(t *testing.T) {
	for _, p := range []Params{
		{Loss: 1.1}, {Loss: -0.1}, {Corrupt: math.NaN()}, {Delay: -1}, {Rate: -1}, {Limit: -1},
		{Delay: time.Millisecond, Jitter: time.Second}, {Reorder: 0.1},
	} {
		if _, err := NewGate(p, 0); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
	if !(Params{Limit: 5}).None() || (Params{Loss: 1}).None() {
		t.Error("None")
	}
}

func BenchmarkAdmit(b *testing.B) {
	gate, err := NewGate(Params{Delay: time.Second, Jitter: time.Millisecond, Loss: 0.01, Rate: 1e9}, 1)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		gate.Admit(time.Duration(i), 1500, 0)
	}
}
