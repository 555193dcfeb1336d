package workload

import (
	"context"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Clock is the time of the capture that is recorded beside the workload. Sleep
// is called by the goroutines of a workload alone, see Env.Both; limits of time
// are real time on any clock.
type Clock interface {
	Now() capture.Timestamp

	// Sleep returns after d, or earlier with the context's cause.
	Sleep(ctx context.Context, d time.Duration) error
}

// WallClock is CLOCK_REALTIME, which the kernel stamps packets with.
type WallClock struct{}

// Now returns the time of day.
func (WallClock) Now() capture.Timestamp { return capture.Timestamp(time.Now().UnixNano()) }

// Sleep waits in real time.
func (WallClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
