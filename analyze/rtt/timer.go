package rtt

import (
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Timer is a kind of retransmission timer: the systems keep to RFC 6298 but for
// its floor.
type Timer uint8

// The kinds. With AnyTimer nothing is known of the sender.
const (
	AnyTimer Timer = iota
	LinuxTimer
	BSDTimer
	WindowsTimer
)

var timerNames = [...]string{"any", "linux", "bsd", "windows"}

// String returns the name used in JSON.
func (t Timer) String() string { return timerNames[t] }

// The floors: of Linux for the variance term alone (TCP_RTO_MIN); of FreeBSD
// and macOS 30 ms, with 200 ms of slop added; of Windows for the whole.
const (
	linuxFloor   = 200 * time.Millisecond
	bsdFloor     = 30 * time.Millisecond
	bsdSlop      = 200 * time.Millisecond
	windowsFloor = 300 * time.Millisecond
)

// TimerOf guesses the sender's timer from its SYN: Windows starts with a TTL of
// 128, BSD with 64 and the largest window that goes unscaled, Linux with 64 and
// another one. It is a guess, since all of these can be set.
func TimerOf(syn *decode.Segment) Timer {
	switch {
	case syn.TTL == 0 || syn.TTL > 128:
		return AnyTimer
	case syn.TTL > 64:
		return WindowsTimer
	case syn.Window == 1<<16-1:
		return BSDTimer
	}
	return LinuxTimer
}

// Timeout returns how long a timer of the kind waits, after a first estimate or
// none; for AnyTimer the least of all kinds.
func (e *Estimate) Timeout(t Timer) time.Duration {
	if !e.Known {
		return linuxFloor
	}
	variance := max(granularity, 4*e.RTTVar)
	linux := e.SRTT + max(linuxFloor, variance)
	bsd := max(bsdFloor, e.SRTT+variance) + bsdSlop
	windows := max(windowsFloor, e.SRTT+variance)
	switch t {
	case LinuxTimer:
		return linux
	case BSDTimer:
		return bsd
	case WindowsTimer:
		return windows
	}
	return min(linux, bsd, windows)
}
