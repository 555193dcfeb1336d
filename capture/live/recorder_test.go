package live

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// stage is a recorder of scripted taps. Its time passes only where it waits.
type stage struct {
	recorder *Recorder
	at       int // milliseconds
	stopAt   int
	written  []int // stamps, in the order of the sink
	late     int   // the longest wait of a packet, from stamp to sink
}

// scripted is a tap that shows packets at set times.
type scripted struct {
	*stage
	packets []shown
	full    bool
	counter uint64
}

// shown is a packet: when it is stamped and when the ring shows it, in
// milliseconds.
type shown struct{ stamped, visible int }

func newStage(stopAt int, taps ...[]shown) *stage {
	s := &stage{stopAt: stopAt}
	s.recorder = &Recorder{waiter: s, now: func() time.Time { return time.UnixMilli(int64(s.at)) }}
	for _, packets := range taps {
		tap := &scripted{stage: s, packets: packets, counter: uint64(len(packets))}
		s.recorder.lanes = append(s.recorder.lanes, &lane{tap: tap})
	}
	return s
}

func (s *scripted) head() (capture.Timestamp, bool, bool) {
	if len(s.packets) == 0 || s.at < s.packets[0].visible {
		return 0, false, false
	}
	return stamp(s.packets[0].stamped), true, true
}

func stamp(ms int) capture.Timestamp { return capture.Timestamp(ms) * 1e6 }

func (s *scripted) fill(p *capture.Packet) {
	*p = capture.Packet{Time: stamp(s.packets[0].stamped), OrigLen: 1, Data: []byte{0}}
}

func (s *scripted) advance()      { s.packets = s.packets[1:] }
func (s *scripted) crowded() bool { return s.full }
func (s *scripted) mute() error   { return nil }
func (s *scripted) close() error  { return nil }

func (s *scripted) counted() (received, dropped uint64, err error) {
	received, s.counter = s.counter, 0
	return received, 0, nil
}

func (s *stage) wait(bool, time.Duration) error {
	if s.at++; s.at >= s.stopAt {
		s.recorder.stop.Store(true)
	}
	return nil
}

func (s *stage) wake()        {}
func (s *stage) close() error { return nil }

func (s *stage) WritePacket(p *capture.Packet) error {
	ms := int(p.Time / 1e6)
	s.written = append(s.written, ms)
	s.late = max(s.late, s.at-ms)
	return nil
}

func (s *stage) Flush() error { return nil }

func TestOrderAcrossRings(t *testing.T) {
	// The second ring is quiet for long, and shows its blocks late.
	s := newStage(300,
		[]shown{{1, 20}, {2, 20}, {50, 60}, {51, 60}, {200, 210}, {201, 210}},
		[]shown{{3, 40}, {49, 85}, {52, 85}, {202, 240}})
	stats, err := s.recorder.Run(context.Background(), s)
	must(t, err)
	if want := []int{1, 2, 3, 49, 50, 51, 52, 200, 201, 202}; !slices.Equal(s.written, want) {
		t.Errorf("%v, want %v", s.written, want)
	}
	if atMost := int(hold/time.Millisecond) + 1; s.late > atMost {
		t.Errorf("a packet came %d ms late, want at most %d", s.late, atMost)
	}
	if stats.Packets != 10 || stats.Dropped() != 0 {
		t.Errorf("%+v", stats)
	}
}

func TestFullRingDoesNotWait(t *testing.T) {
	s := newStage(300, []shown{{100, 100}}, nil)
	s.recorder.lanes[0].tap.(*scripted).full = true
	_, err := s.recorder.Run(context.Background(), s)
	must(t, err)
	if !slices.Equal(s.written, []int{100}) || s.late > 0 {
		t.Errorf("%v, %d ms late", s.written, s.late)
	}
}

// TestWhatNeverComesIsLost has a ring that counts a packet more than it gives.
func TestWhatNeverComesIsLost(t *testing.T) {
	s := newStage(300, []shown{{1, 1}})
	s.recorder.lanes[0].tap.(*scripted).counter = 2
	stats, err := s.recorder.Run(context.Background(), s)
	must(t, err)
	if stats.Packets != 1 || stats.Dropped() != 1 {
		t.Errorf("%+v, want 1 packet and 1 lost", stats)
	}
}

func TestDoneContextEndsARecording(t *testing.T) {
	s := newStage(1<<30, []shown{{1, 1}})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.recorder.Run(ctx, s)
	must(t, err)
	if !slices.Equal(s.written, []int{1}) {
		t.Errorf("%v, want the packet that was there", s.written)
	}
}

func TestSpoolTellsOfFailure(t *testing.T) {
	refusal := errors.New("no more")
	told := make(chan bool, 1)
	s := newSpool(refusing{refusal}, func() { told <- true })
	if _, err := s.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	<-told
	if _, err := s.Write([]byte("x")); !errors.Is(err, refusal) {
		t.Errorf("%v, want %v", err, refusal)
	}
	if err := s.close(); !errors.Is(err, refusal) {
		t.Errorf("%v, want %v", err, refusal)
	}
}

type refusing struct{ error }

func (r refusing) Write([]byte) (int, error) { return 0, r.error }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
