package reconstruct

import (
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// rule says when a segment carries a mark.
type rule struct {
	mark  Mark
	holds func(v *sight) bool
}

// rules are asked before the segment moves the streams, in this order: a rule
// may look at the marks of those above it.
var rules = [...]rule{
	{Truncated, (*sight).isTruncated},
	{OutOfWindow, (*sight).isOutOfWindow},
	{KeepAlive, (*sight).isKeepAlive},
	{WindowProbe, (*sight).isWindowProbe},
	{GapBefore, (*sight).leavesGap},
	{SYNRetransmission, (*sight).repeatsSYN},
	{FINRetransmission, (*sight).repeatsFIN},
	{ZeroWindow, (*sight).closesWindow},
	{WindowFull, (*sight).fillsWindow},
	{KeepAliveACK, (*sight).answersKeepAlive},
	{WindowProbeACK, (*sight).answersWindowProbe},
	{WindowUpdate, (*sight).updatesWindow},
	{ChallengeACK, (*sight).challenges},
	{DupACK, (*sight).repeatsACK},
}

// routineRules are those of rules that a routine segment can meet.
var routineRules = [...]rule{{WindowFull, (*sight).fillsWindow}}

// routine tells whether the segment is one of the many that continue a stream,
// or acknowledge something new, and meet none of the other rules.
func (v *sight) routine() bool {
	return v.believable && v.plain() && !v.isTruncated() && v.s.Window != 0 &&
		v.Seq == v.me.Max && len(v.me.holes) == 0 && !v.stalled() &&
		(v.s.Len > 0 || v.Ack != v.peer.Acked)
}

// outcomes are asked after it has moved them.
var outcomes = [...]rule{
	{Retransmission, (*sight).isRetransmission},
	{Spurious, (*sight).isSpurious},
	{OutOfOrder, (*sight).fillsHole},
	{UnseenACK, (*sight).acknowledgesUnseen},
}

func (v *sight) apply(rules []rule) {
	for i := range rules {
		if rules[i].holds(v) {
			v.Marks = v.Marks.With(rules[i].mark)
		}
	}
}

const control = decode.SYN | decode.FIN | decode.RST

// plain tells whether the segment has none of SYN, FIN and RST.
func (v *sight) plain() bool { return v.s.Flags&control == 0 }

// bare tells whether the segment does nothing but acknowledge.
func (v *sight) bare() bool { return v.plain() && v.s.Len == 0 && v.HasAck }

// restates tells whether a bare segment acknowledges what its sender had
// acknowledged before, with nothing else of its own on the way.
func (v *sight) restates() bool {
	return v.bare() && v.peer.acked && v.Ack == v.peer.Acked && v.Seq == v.me.Max
}

func (v *sight) isTruncated() bool {
	return v.s.Quirks&(decode.HeaderCut|decode.OptionsCut|decode.PayloadCut) != 0
}

func (v *sight) isOutOfWindow() bool { return !v.believable }

// isKeepAlive: RFC 9293 section 3.8.4, one below SND.NXT with at most one
// octet of garbage. A keep-alive is sent only when nothing is outstanding,
// which tells it from a retransmission of a single byte.
func (v *sight) isKeepAlive() bool {
	return v.belowNext() && v.me.Acked == v.me.Max && !v.stalled() && !v.repeatsLone()
}

// repeatsLone tells whether the segment repeats one that held a single octet,
// such as a key pressed in Telnet. Its sender may not know yet that it arrived.
// Some stacks push the octet of a keep-alive too, but it stands for no segment.
func (v *sight) repeatsLone() bool {
	return v.s.Len == 1 && v.me.lone && v.me.pushed && v.s.Flags.Has(decode.PSH)
}

func (v *sight) belowNext() bool {
	return v.plain() && v.HasAck && v.s.Len <= 1 && !v.Opened && !v.me.FINSeen && v.Seq == v.me.Max-1
}

// isWindowProbe: RFC 9293 section 3.8.6.1, an octet beyond the closed window;
// or as Linux does, none at all, one below SND.NXT.
func (v *sight) isWindowProbe() bool {
	return v.stalled() && (v.belowNext() || v.plain() && v.s.Len == 1 && v.Seq == v.me.Max)
}

// stalled tells whether the sender faces a zero window.
func (v *sight) stalled() bool { return v.peer.advertised && v.peer.window == 0 }

// leavesGap: the octet before the segment has not passed, though it may have
// been acknowledged already.
func (v *sight) leavesGap() bool {
	if !v.believable || v.s.Flags.Has(decode.RST) {
		return false
	}
	return v.Seq > v.me.Max || v.Seq == v.me.Max && v.End > v.Seq && v.me.holes.reach(v.Seq)
}

// repeatsSYN: the SYN-ACK of a simultaneous open repeats the SYN's number and
// is no retransmission (RFC 9293 section 3.5, figure 7).
func (v *sight) repeatsSYN() bool {
	if v.Seq != 0 || !v.s.Flags.Has(decode.SYN) || v.s.Flags.Has(decode.RST) {
		return false
	}
	if v.s.Flags.Has(decode.ACK) {
		return v.me.SYNACKSeen
	}
	return v.me.SYNSeen
}

func (v *sight) repeatsFIN() bool {
	return v.s.Flags&(decode.FIN|decode.RST) == decode.FIN && v.me.FINSeen && v.End-1 == v.me.FIN
}

func (v *sight) closesWindow() bool { return v.plain() && v.s.Window == 0 && !v.headerCut() }

func (v *sight) headerCut() bool { return v.s.Quirks&decode.HeaderCut != 0 }

// fillsWindow: the last octet is the last that the peer's latest window takes.
func (v *sight) fillsWindow() bool {
	if v.s.Len == 0 || !v.plain() || v.peer.window == 0 || v.End <= v.me.Max {
		return false
	}
	_, known := v.Conn.WindowScale(v.Conn.Peer(v.From))
	return known && v.End == v.me.Acked+seq.Offset(v.peer.window)
}

func (v *sight) answersKeepAlive() bool { return v.peer.asked.Has(KeepAlive) && v.restates() }

func (v *sight) answersWindowProbe() bool {
	return v.peer.asked.Has(WindowProbe) && v.bare() && v.s.Window == 0
}

func (v *sight) updatesWindow() bool {
	if v.s.Window == 0 || v.s.Options.SACKCount > 0 || !v.me.advertised || v.Marks.Has(KeepAliveACK) || v.Marks.Has(KeepAlive) {
		return false
	}
	return v.restates() && !v.keepsWindow()
}

func (v *sight) keepsWindow() bool {
	window, _ := v.Conn.Window(v.From, v.s)
	return window == int64(v.me.window)
}

// challenges: RFC 5961 sections 3.2, 4.2 and 5.2. The answer to something
// unacceptable is an acknowledgement of where both streams stand.
func (v *sight) challenges() bool { return v.me.provoked && v.restates() }

// answers are the marks of acknowledgements that repeat the number for a
// reason of their own.
const answers = 1<<KeepAlive | 1<<KeepAliveACK | 1<<WindowProbe | 1<<WindowProbeACK | 1<<WindowUpdate | 1<<ChallengeACK

// repeatsACK: RFC 5681 section 2, where data is outstanding as far as the tap
// knows; with SACK blocks whatever the window (RFC 6675 section 2).
func (v *sight) repeatsACK() bool {
	if v.Marks&answers != 0 || !v.restates() {
		return false
	}
	outstanding := v.peer.Max > v.Ack || v.peer.Packets == 0
	return outstanding && (v.s.Options.SACKCount > 0 || v.keepsWindow())
}

func (v *sight) isRetransmission() bool {
	return v.again > 0 || v.Marks&(1<<SYNRetransmission|1<<FINRetransmission) != 0
}

func (v *sight) isSpurious() bool {
	return v.Marks.Has(Retransmission) && v.End <= v.Before[v.From].Acked
}

func (v *sight) fillsHole() bool { return v.filled > 0 }

func (v *sight) acknowledgesUnseen() bool { return v.missing > 0 }
