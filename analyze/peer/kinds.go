package peer

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tshark"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Kind is a kind of reason for which tshark and flowstate differ.
type Kind struct {
	Name   string
	Reason string   // a sentence; %s is the evidence of one segment, where it has any
	Fields []string // in which it can be; none means in any

	holds    func(v *sight, d *Difference) bool
	evidence func(v *sight) string // nil for none
}

// Kinds are all kinds for segments, in the order in which they are tried: the first that
// holds explains.
func Kinds() []Kind { return kinds[:] }

// explain finds the reason of a difference.
func (v *sight) explain(d *Difference) {
	for i := range kinds {
		k := &kinds[i]
		if len(k.Fields) > 0 && !slices.Contains(k.Fields, d.Field) || !k.holds(v, d) {
			continue
		}
		d.Kind, d.Reason = k.Name, k.Reason
		if k.evidence != nil {
			d.Reason = fmt.Sprintf(k.Reason, k.evidence(v))
		}
		return
	}
	d.Kind, d.Reason = Unexplained, "no known rule of tshark's gives this"
}

// kinds is never written to.
var kinds = [...]Kind{
	{"cut-header", "tshark shows nothing of a segment whose header or options are cut or malformed", nil, (*sight).isCut, nil},
	{"capture-duplicate", "the capture holds this packet twice; tshark takes the copy for a segment of its own", nil, has(reconstruct.Duplicate), nil},
	{"out-of-window", "its numbers are far from both streams, so it moves none; tshark lets it move its memory", nil, has(reconstruct.OutOfWindow), nil},

	{"time-alone", "tshark: less than the handshake's round trip after the highest octet, so overtaken; %s show that it was sent again", []string{"retransmission"}, differ(reordered, again), (*sight).witness},
	{"order-shown", "%s show that it was overtaken; tshark: too late after the highest octet, or acknowledged meanwhile", []string{"retransmission"}, differ(again, reordered), (*sight).witness},
	{"network-duplicate", "the path delivered it twice: the IP identification is that of the first", []string{"retransmission"}, causedBy(loss.NetworkDuplicate), nil},
	{"second-syn-ack", "the server answers with another initial number, and tshark goes on with both", []string{"retransmission", "lost_segment", "ack_lost_segment"}, (*sight).numbersChanged, nil},
	{"both-open", "the SYN-ACK of a simultaneous open has the number of its SYN and repeats nothing", []string{"retransmission"}, (*sight).hasSYN, nil},
	{"fin-inside", "a FIN without payload below the end of the stream, where no FIN was sent before: it repeats nothing", []string{"retransmission"}, (*sight).isLoneFIN, nil},
	{"one-below", "it begins one octet below the end of the stream: tshark takes that for the octet of a keep-alive before it", []string{"retransmission"}, (*sight).beginsOneBelow, nil},
	{"hole-filled", "it fills a hole that an acknowledgement had jumped over, which tshark has forgotten or never saw", []string{"retransmission"}, differ(none, again), nil},

	{"fin-needless", "tshark looks for needless repetitions among segments with payload alone", []string{"spurious_retransmission"}, (*sight).isBare, nil},
	{"sack-needless", "the receiver had reported it by SACK, at which tshark does not look", []string{"spurious_retransmission"}, witnessed(loss.SACK), nil},
	{"needed", "only a part of it was acknowledged, or the acknowledgement was of something else: %s", []string{"spurious_retransmission"}, (*sight).ruled, (*sight).cause},
	{"in-recovery", "tshark: fast only with two duplicate acknowledgements of its number in the last 20 ms; %s show the recovery", []string{"fast_retransmission"}, differ(none, "yes"), (*sight).witness},
	{"not-fast", "tshark: two duplicate acknowledgements of its number in the last 20 ms; flowstate: %s", []string{"fast_retransmission"}, differ("yes", none), (*sight).cause},

	{"sack-duplicate", "an acknowledgement with SACK blocks is a duplicate whatever its window (RFC 6675); tshark: a window update, or neither", []string{"duplicate_ack", "window_update"}, (*sight).repeatsWithSACK, nil},
	{"nothing-outstanding", "a duplicate acknowledgement needs data outstanding (RFC 5681)", []string{"duplicate_ack"}, (*sight).nothingOut, nil},
	{"probe-below", "a probe of a zero window may begin one below the end of the stream, as Linux sends it; tshark knows those beyond it alone", []string{"keep_alive", "keep_alive_ack", "zero_window_probe", "zero_window_probe_ack", "duplicate_ack"}, (*sight).isProbing, nil},
	{"answer", "flowstate names it a %s instead", []string{"duplicate_ack", "window_update", "keep_alive_ack", "zero_window_probe_ack"}, (*sight).isAnswer, (*sight).answered},
	{"keep-alive-first", "the capture of this side begins with a keep-alive, so tshark takes the stream to end one octet lower", []string{"keep_alive", "keep_alive_ack", "duplicate_ack"}, (*sight).isKeepAlive, nil},
	{"unacknowledged-octet", "a keep-alive is sent only with nothing outstanding, and repeats no segment of a single octet; tshark looks at the number alone", []string{"keep_alive"}, differ("yes", none), nil},
	{"scaled-window", "tshark compares and adds windows as they stand in the header, or with another scale", []string{"window_full", "window_update", "duplicate_ack"}, (*sight).ruled, nil},

	{"acknowledged-hole", "what is missing before it had been acknowledged, so the stream stood there; tshark looks only at what was sent", []string{"lost_segment"}, (*sight).acknowledgedBefore, nil},
	{"hole-stands", "the octets before it are still missing; tshark tells the first segment after a hole alone", []string{"lost_segment"}, differ(none, "yes"), nil},
	{"told-once", "tshark tells a hole once; each acknowledgement that shows more of it is marked here", []string{"ack_lost_segment"}, differ(none, "yes"), nil},
	{"seen-behind", "the octets passed after a hole; tshark counts only what passed in order", []string{"ack_lost_segment"}, differ("yes", none), nil},

	{"window-not-known", "before the first acknowledgement in a capture that starts in mid-stream nothing is known of what is in flight", []string{"bytes_in_flight"}, func(v *sight, d *Difference) bool { return !v.FlightKnown }, nil},
	{"blind", "after a hole tshark tells nothing until an acknowledgement", []string{"bytes_in_flight"}, (*sight).isBlind, nil},
	{"cut-sack", "the snapshot cut the latest SACK blocks, of which tshark takes off those before the cut", []string{"bytes_in_flight"}, func(v *sight, _ *Difference) bool { return v.tracker().Cut(v.Conn.Peer(v.From)) }, nil},
	{"sack-in-flight", "tshark takes the blocks of the latest SACK off (%s bytes), whether the header has room for all or not; flowstate tells the pipe apart", []string{"bytes_in_flight"}, (*sight).sacked, (*sight).sackedBytes},
	{"control-octet", "SYN and FIN are one octet in flight each; tshark takes one off for the segment that carries them", []string{"bytes_in_flight"}, oneMore, nil},
	{"span-of-list", "tshark: the span of segments that wait in its list, which holds what was acknowledged and sent again, and nothing of holes; flowstate: SND.NXT - SND.UNA", []string{"bytes_in_flight"}, (*sight).ruled, nil},

	{"sack-sample", "the first report of a segment by SACK gives a round trip too", []string{"ack_rtt"}, (*sight).sampledBySACK, nil},
	{"control-sample", "the acknowledgement of a SYN or FIN is told as the handshake's round trip, and not among those of data", []string{"ack_rtt"}, (*sight).acksControl, nil},
	{"no-exact-end", "tshark times only acknowledgements that end where a segment ends", []string{"ack_rtt"}, func(v *sight, _ *Difference) bool { return v.rules.AcksFrame == 0 && v.theirs.AcksFrame == 0 }, nil},
	{"acknowledged-before", "it acknowledges nothing new; tshark's list holds a repetition of what was acknowledged", []string{"ack_rtt"}, func(v *sight, _ *Difference) bool { return !v.Delivers }, nil},
	{"karn", "what it acknowledges was sent more than once, or with something that was (Karn); tshark times it all the same", []string{"ack_rtt"}, func(v *sight, d *Difference) bool { return d.Ours == none }, nil},
	{"other-segment", "tshark times the oldest copy of the segment that ends there; flowstate the latest that it reports first, frame %s", []string{"ack_rtt"}, (*sight).ruled, func(v *sight) string { return strconv.FormatInt(int64(v.RTT.Frame), 10) }},
}

func has(m reconstruct.Mark) func(*sight, *Difference) bool {
	return func(v *sight, _ *Difference) bool { return v.Marks.Has(m) }
}

func differ(theirs, ours string) func(*sight, *Difference) bool {
	return func(v *sight, d *Difference) bool { return d.Theirs == theirs && d.Ours == ours && v.ruled(d) }
}

func causedBy(causes ...loss.Cause) func(*sight, *Difference) bool {
	return func(v *sight, _ *Difference) bool { return slices.Contains(causes, v.Loss.Cause) }
}

func witnessed(w loss.Witness) func(*sight, *Difference) bool {
	return func(v *sight, _ *Difference) bool { return v.Loss.Witness == w }
}

// ruled tells whether tshark's rules, as they are known, give what it printed:
// only then can they be the reason.
func (v *sight) ruled(d *Difference) bool {
	r := v.rules
	switch d.Field {
	case "bytes_in_flight":
		return r.BytesInFlight == v.theirs.BytesInFlight
	case "ack_rtt":
		return r.AckRTT == v.theirs.AckRTT
	}
	return r.Flags == v.theirs.Flags
}

func (v *sight) tracker() *tshark.Tracker { return v.Extra.(*tshark.Tracker) }

func (v *sight) isLoneFIN(d *Difference) bool {
	return d.Theirs != none && v.Step.Segment.Len == 0 && v.Step.Segment.Flags.Has(decode.FIN)
}

func (v *sight) isCut(*Difference) bool {
	g := v.Step.Segment
	return g.Quirks&(decode.HeaderCut|decode.OptionsCut|decode.BadOffset|decode.Incomplete) != 0 || g.Options.Set&decode.OptMalformed != 0
}

// numbersChanged tells whether a SYN-ACK gave the connection other numbers.
func (v *sight) numbersChanged(*Difference) bool {
	return v.tracker().Renumbered()
}

func (v *sight) hasSYN(*Difference) bool { return v.Step.Segment.Flags.Has(decode.SYN) }

func (v *sight) isBare(*Difference) bool { return v.Step.Segment.Len == 0 }

func (v *sight) hasSACK() bool { return v.Step.Segment.Options.SACKCount > 0 }

func (v *sight) repeatsWithSACK(*Difference) bool {
	return v.hasSACK() && v.Marks.Has(reconstruct.DupACK)
}

func (v *sight) sampledBySACK(d *Difference) bool { return v.hasSACK() && d.Ours != none }

func (v *sight) beginsOneBelow(d *Difference) bool {
	return d.Theirs == none && v.Seq == v.Before[v.From].Max-1
}

func (v *sight) nothingOut(d *Difference) bool {
	return d.Theirs == "yes" && v.Before[v.Conn.Peer(v.From)].Max <= v.Ack && v.ruled(d)
}

func (v *sight) isProbing(*Difference) bool {
	return v.Marks.Has(reconstruct.WindowProbe) || v.Marks.Has(reconstruct.WindowProbeACK)
}

// answers are the marks that say what an acknowledgement answers.
var answers = [...]reconstruct.Mark{
	reconstruct.KeepAliveACK, reconstruct.WindowProbeACK, reconstruct.WindowUpdate, reconstruct.ChallengeACK, reconstruct.DupACK,
}

func (v *sight) isAnswer(d *Difference) bool { return v.answered() != "" && v.ruled(d) }

func (v *sight) answered() string {
	for _, m := range answers {
		if v.Marks.Has(m) {
			return m.String()
		}
	}
	return ""
}

func (v *sight) isKeepAlive(d *Difference) bool {
	return v.Marks.Has(reconstruct.KeepAlive) && v.ruled(d)
}

func (v *sight) acknowledgedBefore(d *Difference) bool {
	return d.Theirs == "yes" && v.Seq <= v.Before[v.From].Acked
}

func (v *sight) isBlind(d *Difference) bool {
	return d.Theirs == none && v.tracker().Blind(v.From)
}

func (v *sight) sackedHere() int64 { return v.tracker().SACKed(v.Conn.Peer(v.From)) }

func (v *sight) sacked(*Difference) bool { return v.sackedHere() > 0 }

func (v *sight) sackedBytes() string { return strconv.FormatInt(v.sackedHere(), 10) }

func oneMore(_ *sight, d *Difference) bool {
	theirs, err1 := strconv.Atoi(d.Theirs)
	ours, err2 := strconv.Atoi(d.Ours)
	return err1 == nil && err2 == nil && ours-theirs == 1
}

// acksControl tells whether what is acknowledged last is a SYN or a FIN.
func (v *sight) acksControl(*Difference) bool {
	h := &v.Conn.Half[v.Conn.Peer(v.From)]
	return v.Ack == 1 && h.SYNSeen || h.FINSeen && v.Ack == h.FIN+1
}

// witness says what our verdict rests on.
func (v *sight) witness() string {
	return [...]string{
		loss.Nothing: "the sequence numbers", loss.Numbers: "the sequence numbers", loss.SACK: "SACK blocks", loss.TSval: "timestamps",
		loss.IPID: "IP identifications", loss.DupACKs: "duplicate acknowledgements", loss.Timing: "its timing and numbers",
	}[v.Loss.Witness]
}

func (v *sight) cause() string { return v.Loss.Cause.String() + ", by " + v.witness() }
