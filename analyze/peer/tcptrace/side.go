package tcptrace

import (
	"math"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Stat is a sample of durations.
type Stat struct {
	N        int64
	Back     int64 // samples left out because the clock stepped back
	Min, Max time.Duration
	sum      float64
	squares  float64
}

// add takes a duration; one below zero is a step of the clock and no sample.
func (s *Stat) add(d time.Duration) {
	if d < 0 {
		s.Back++
		return
	}
	if s.N == 0 || d < s.Min {
		s.Min = d
	}
	s.Max = max(s.Max, d)
	s.N++
	s.sum += float64(d)
	s.squares += float64(d) * float64(d)
}

// Mean is 0 for no sample.
func (s *Stat) Mean() time.Duration {
	if s.N == 0 {
		return 0
	}
	return time.Duration(s.sum / float64(s.N))
}

// Deviation is that of a sample, 0 for fewer than two.
func (s *Stat) Deviation() time.Duration {
	if s.N < 2 {
		return 0
	}
	n := float64(s.N)
	return time.Duration(math.Sqrt(max(s.squares-s.sum*s.sum/n, 0) / (n - 1)))
}

// Side is what one side sent, in tcptrace's words. Sizes are in bytes.
type Side struct {
	Packets, Resets, ACKs, PureACKs              int64
	SACKs, DSACKs                                int64
	MaxSACKBlocks                                int
	UniqueBytes                                  int64
	DataPackets, DataBytes                       int64
	ResentPackets, ResentBytes                   int64
	ProbePackets, ProbeBytes                     int64
	OutOfOrder, Pushed                           int64
	SYNs, FINs                                   int64
	AsksScale, AsksTimestamps, AsksSACK, HasMSS  bool
	Scale                                        uint8
	UrgentPackets, UrgentBytes                   int64
	MSS, MaxSegment, MinSegment                  int64
	MaxWindow, MinWindow, ZeroWindows, AvgWindow int64
	MaxOut, MinOut, AvgOut, WeightedOut          int64 // outstanding data
	InitialBytes, InitialPackets                 int64
	StreamLength, Missed                         int64
	StreamKnown                                  bool // StreamLength and Missed are
	CutPackets                                   int64
	DataTime, MaxIdle                            time.Duration
	Copies                                       int64 // hardware dups
	Throughput                                   int64 // bytes/s
	RTT, FullRTT, LastRTT, Resend                Stat
	Handshake                                    time.Duration // RTT from 3WHS, 0 for unknown
	PostLoss, CumulativelyACKed                  int64
	DupACKs, TripleDupACKs                       int64 // that acknowledge this side
	DupACKsInside                                int64 // of DupACKs, those of a number at which no segment ends
	Strays                                       int64 // packets with numbers far from the stream
	MaxResent                                    int
	Corrected                                    []string // fields that are not tcptrace's, with the reason

	work
}

// AvgSegment is the mean payload of a data packet, rounded down.
func (s *Side) AvgSegment() int64 {
	if s.DataPackets == 0 {
		return 0
	}
	return s.DataBytes / s.DataPackets
}

// ShortAverage is what tcptrace prints for AvgSegment: it adds a thousandth to
// the number of packets, against a division by zero.
func (s *Side) ShortAverage() int64 {
	return int64(float64(s.DataBytes) / (float64(s.DataPackets) + 0.001))
}

// work is what is remembered to find all that.
type work struct {
	runs                       runs
	synFirst, fin              seq.Offset
	acked                      seq.Offset // by the peer
	dups                       int
	fullSize                   int64
	window, windows, windowSum int64 // latest advertised, or -1; how many, their sum
	scaled                     bool  // a scaled window was seen, so that those of SYNs count no more
	firstData, lastData        capture.Timestamp
	latest                     capture.Timestamp
	dataACKed                  bool
	top                        seq.Offset // highest byte sent, after its last
	outSamples, outSum         int64
	outAt                      capture.Timestamp
	outLast, weighted          float64
	owinError, dupError        bool
}
