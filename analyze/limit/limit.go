package limit

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Limit is what kept a sender from sending more.
type Limit uint8

// The limits, in the order of the output.
const (
	Rwnd      Limit = iota // the window that its peer advertised
	Cwnd                   // its congestion window
	App                    // its application: there was nothing to send
	Path                   // the rate of the path, to which it paces itself
	Unknown                // the capture does not tell
	NumLimits int   = iota
)

var limitNames = [NumLimits]string{"rwnd", "cwnd", "app", "path", "unknown"}

// String returns the name used in JSON.
func (l Limit) String() string { return limitNames[l] }

// Phase is what a sender's congestion control is about.
type Phase uint8

// The phases (RFC 5681), in the order of the output.
const (
	SlowStart   Phase = iota
	Avoidance         // congestion avoidance
	Recovery          // until all is acknowledged that was sent when a loss or an ECN mark was noticed
	TimeoutWait       // for the retransmission timer, or for the acknowledgement of what it sent
	NumPhases   int   = iota
)

var phaseNames = [NumPhases]string{"slow-start", "avoidance", "recovery", "timeout-wait"}

// String returns the name used in JSON.
func (p Phase) String() string { return phaseNames[p] }

// Ending is what ended the first slow start.
type Ending uint8

// The endings. Still is that of one that lasts as long as the capture.
const (
	Still   Ending = iota
	Loss           // a fast retransmission
	ECN            // the sender said that it reduced its window (CWR)
	Timeout        // the retransmission timer
	Growth         // the window grew slowly all at once, without a loss
)

var endingNames = [...]string{"", "loss", "ecn", "timeout", "growth"}

// String returns the name used in JSON, nothing for Still.
func (e Ending) String() string { return endingNames[e] }

// Exit is where the first slow start ended.
type Exit struct {
	Why   Ending
	Frame capture.FrameNumber
	Time  capture.Timestamp
	Bytes int64 // of the stream that had been sent
	Cwnd  int64 // octets, just before
}

// State is what is thought of a sender just after a step.
type State struct {
	Limit      Limit
	Phase      Phase
	PhaseKnown bool
	Estimate   bool  // Cwnd is an estimate, not only the least that it can be
	Cwnd       int64 // octets of payload, 0 where nothing is known
	Ssthresh   int64 // octets of payload, 0 where unknown

	// Judged is up to when time is accounted for in Result.Time, and Verdict what
	// the latest interval of it counts as. Where Judged is the time of this step,
	// that interval ends here, and began at the Judged before.
	Verdict Limit
	Judged  capture.Timestamp
}

// Result is what limited a sender, from its first payload to the latest
// acknowledgement of what was on the way.
type Result struct {
	Known      bool // it sent payload
	Time       [NumLimits]time.Duration
	Bytes      [NumLimits]int64         // of payload, copies included
	Phases     [NumPhases]time.Duration // parts of Time[Cwnd]
	MaxCwnd    int64                    // largest of the estimates, or of what was seen in the pipe where that is more
	Estimate   bool                     // MaxCwnd is an estimate
	SlowStart  Exit
	Recoveries int64 // begun by a fast retransmission or by CWR
	Recovering time.Duration
	Timeouts   int64 // of the retransmission timer, its back-offs not counted
}

// Span returns the sum of Time.
func (r *Result) Span() (sum time.Duration) {
	for _, d := range r.Time {
		sum += d
	}
	return sum
}

// Payload returns the sum of Bytes.
func (r *Result) Payload() (sum int64) {
	for _, n := range r.Bytes {
		sum += n
	}
	return sum
}
