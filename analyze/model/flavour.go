package model

import "time"

// Flavour is where stacks differ, in what the wire can show. The zero value is
// the RFC to the letter, with the timers at their recommended values.
type Flavour struct {
	Name              string
	SYNACKAgain       bool          // SYN-RECEIVED answers a repeated SYN by SYN,ACK; the RFC by ACK
	SYNToListen       bool          // SYN-RECEIVED meets a SYN in its window: LISTEN (RFC 9293 3.10.7.4, fourth, for passive opens); otherwise a challenge ACK
	FINAgain          bool          // ACKs in CLOSING carry the FIN again
	OldACKCounts      bool          // a repeated segment that ends at RCV.NXT is answered, and its ACK counts; the RFC drops it whole
	ResetWithACK      bool          // an abort sends RST,ACK; the RFC RST alone
	ResetOnGiveUp     bool          // giving up after retransmissions sends a reset
	ResetDataClosed   bool          // data after close() is answered by a reset; the RFC discards it
	ResetsTimeWait    bool          // TIME-WAIT ends by a reset; see RFC 1337
	ReuseTimeWait     bool          // connect() may use a 4-tuple in TIME-WAIT again
	ProbeWithData     bool          // window probes carry a byte; otherwise they repeat an old number
	FINWait2Timeout   time.Duration // 0: FIN-WAIT-2 waits for ever
	MinRTO            time.Duration // 0: 1 s
	DelayedACK        time.Duration // 0: every segment is acknowledged at once
	SYNRetries        int           // 0: 3
	DataRetries       int           // 0: 6
	KeepAlive         time.Duration // idle time before a probe, 0: none
	KeepAliveProbes   int           // unanswered probes before giving up
	KeepAliveInterval time.Duration
}

// RFC returns the flavour that does what RFC 9293 says.
func RFC() Flavour { return Flavour{Name: "rfc", ResetsTimeWait: true} }

// Linux returns what Linux does: tcp_minisocks.c and tcp_input.c.
func Linux() Flavour {
	return Flavour{
		Name: "linux", SYNACKAgain: true, OldACKCounts: true, ResetWithACK: true, ResetDataClosed: true, ResetsTimeWait: true,
		ReuseTimeWait: true, FINWait2Timeout: time.Minute, MinRTO: 200 * time.Millisecond, DelayedACK: 40 * time.Millisecond,
	}
}

// BSD returns what FreeBSD does, which the L41 labs watch.
func BSD() Flavour {
	return Flavour{
		Name: "bsd", SYNACKAgain: true, FINAgain: true, OldACKCounts: true, ResetWithACK: true, ResetOnGiveUp: true, ResetDataClosed: true,
		ResetsTimeWait: true, ProbeWithData: true, FINWait2Timeout: time.Minute, MinRTO: 230 * time.Millisecond, DelayedACK: 100 * time.Millisecond,
	}
}

// Flavours lists those known.
func Flavours() []Flavour { return []Flavour{RFC(), Linux(), BSD()} }

func (f *Flavour) minRTO() time.Duration {
	if f.MinRTO > 0 {
		return f.MinRTO
	}
	return time.Second // RFC 6298 section 2.4
}

func (f *Flavour) synRetries() int {
	if f.SYNRetries > 0 {
		return f.SYNRetries
	}
	return 3
}

func (f *Flavour) dataRetries() int {
	if f.DataRetries > 0 {
		return f.DataRetries
	}
	return 6
}
