package tshark

// Flag is one of tshark's analysis flags.
type Flag uint8

// The flags, named as tshark's fields below tcp.analysis.
const (
	Retransmission Flag = iota
	FastRetransmission
	SpuriousRetransmission
	OutOfOrder
	ReusedPorts
	LostSegment
	ACKLostSegment
	WindowUpdate
	WindowFull
	KeepAlive
	KeepAliveACK
	DuplicateACK
	ZeroWindowProbe
	ZeroWindow
	ZeroWindowProbeACK
	NumFlags int = iota
)

var flagNames = [NumFlags]string{
	"retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order", "reused_ports",
	"lost_segment", "ack_lost_segment", "window_update", "window_full", "keep_alive", "keep_alive_ack",
	"duplicate_ack", "zero_window_probe", "zero_window", "zero_window_probe_ack",
}

// String returns the name of the field, without "tcp.analysis." before it.
func (f Flag) String() string { return flagNames[f] }

// Flags is a set of flags.
type Flags uint16

// Has tells whether f is in the set.
func (s Flags) Has(f Flag) bool { return s&(1<<f) != 0 }

// With returns the set with more added.
func (s Flags) With(more ...Flag) Flags {
	for _, f := range more {
		s |= 1 << f
	}
	return s
}

// Names returns the names of the flags in the set, in their order.
func (s Flags) Names() []string {
	names := []string{}
	for f := range Flag(NumFlags) {
		if s.Has(f) {
			names = append(names, f.String())
		}
	}
	return names
}
