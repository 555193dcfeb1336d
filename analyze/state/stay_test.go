package state

import (
	"testing"
	"time"
)

func TestStays(t *testing.T) {
	s := time.Second
	path := Path{
		{To: SynSent, Earliest: 0, Latest: 0, HasEarliest: true, HasLatest: true},
		{To: Established, Earliest: 1 * s, Latest: 2 * s, HasEarliest: true, HasLatest: true},
		{To: FinWait1, Earliest: 5 * s, HasEarliest: true},
		{To: FinWait2, Latest: 9 * s, HasLatest: true},
		{To: TimeWait, Earliest: 8 * s, Latest: 10 * s, HasEarliest: true, HasLatest: true},
	}
	want := []Stay{
		{State: SynSent, Least: 1 * s, Most: 2 * s, HasMost: true, Ended: true},
		{State: Established, Least: 3 * s, Ended: true},
		{State: FinWait1, Most: 4 * s, HasMost: true, Ended: true},
		{State: FinWait2, Ended: true},
		{State: TimeWait},
	}
	got := path.Stays()
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s: got %+v, want %+v", want[i].State, got[i], want[i])
		}
	}
	if len(got) != len(want) || len(Path(nil).Stays()) != 0 {
		t.Errorf("%d stays", len(got))
	}
}
