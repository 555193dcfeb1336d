package explain

import (
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/health"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// shownAgain is for how many retransmissions of each side the evidence is told.
const shownAgain = 5

// roundTrips tells how long each side's data took there and back.
func (t *teller) roundTrips() (lines []string) {
	if d := t.States.HandshakeRTT; d > 0 {
		lines = append(lines, fmt.Sprintf("The handshake took %s s from the SYN to the acknowledgement of the SYN,ACK: a whole round trip wherever the tap is, with what both ends took to answer.", Time(d)))
	}
	for _, side := range reconstruct.Sides {
		r := &t.Sides[side].RTT
		if s := r.Best(); s.N > 0 && t.Half[side].Unique > 0 {
			lines = append(lines, fmt.Sprintf("Data of the %s, by %s: %s. %s", side, methodWords[r.Method], spread(s), t.reach(side)))
			if r.Known && at(t.States.Vantage, side) {
				lines = append(lines, fmt.Sprintf("Smoothed at the end (RFC 6298 2, alpha 1/8, beta 1/4): SRTT %s s, RTTVAR %s s. SRTT + 4 RTTVAR is %s s; the RFC's time-out is that, and at least 1 s, where systems take less.", Time(r.SRTT), Time(r.RTTVar), Time(r.SRTT+4*r.RTTVar)))
			}
		}
	}
	if full := &t.Vantage.Full; full.N > 0 {
		lines = append(lines, "Whole round trips, as sums of two halves that follow each other: "+spread(full)+".")
	}
	return append(lines, t.doubts(len(lines) > 0, health.RTT)...)
}

// spread tells how times lie.
func spread(s *quantile.Summary) string {
	if s.N == 1 {
		return fmt.Sprintf("1 sample, %s s", Time(time.Duration(s.Min)))
	}
	return fmt.Sprintf("%d samples, %s s the least, %s s the median, %s s the most", s.N, Time(time.Duration(s.Min)), Time(time.Duration(s.Median)), Time(time.Duration(s.Max)))
}

// methodWords say how a round trip was measured.
var methodWords = [...]string{
	rtt.Karn:       "acknowledgements of what was sent once (Karn; RFC 6298 3)",
	rtt.Timestamps: "echoed timestamps (RFC 7323 4)",
}

// reach says which part of the round trip is timed of a side's data.
func (t *teller) reach(side reconstruct.Side) string {
	switch v := t.States.Vantage; {
	case at(v, side):
		return "The tap is at that side, so these are whole round trips."
	case at(v, side.Peer()):
		return "The tap is at the other side, so these are only what that side took to acknowledge."
	case v == state.VantageUnknown:
		return "They are from the tap to the other side and back; where the tap was is not known."
	}
	return "They are from the tap to the other side and back, a part of the round trip."
}

// at tells whether the tap stood at a side.
func at(v state.Vantage, side reconstruct.Side) bool {
	return v == state.VantageClient && side == reconstruct.Client || v == state.VantageServer && side == reconstruct.Server
}

// doubts tells why measurements are not to be trusted in full; nothing where
// nothing was told of them.
func (t *teller) doubts(told bool, about ...health.Measurement) (lines []string) {
	if !told {
		return nil
	}
	for _, d := range t.Health.Doubts {
		for _, m := range about {
			if d.Measurement == m {
				lines = append(lines, fmt.Sprintf("Trust in the %s: %s. %s", measurementWords[m], d.Trust, sentence(d.Why)))
			}
		}
	}
	return lines
}

var measurementWords = [health.NumMeasurements]string{
	health.RTT: "round trips", health.InFlight: "data in flight", health.Causes: "causes of retransmissions", health.Window: "windows",
	health.Limits: "limits and the congestion window", health.States: "states", health.Goodput: "goodput", health.Behaviour: "behaviour",
}

// retransmissions tells what was sent again and why, with the witness.
func (t *teller) retransmissions() (lines []string) {
	for _, side := range reconstruct.Sides {
		tally := &t.Sides[side].Tally
		all := 0
		for _, c := range loss.Retransmissions {
			all += int(tally.Causes[c])
		}
		if all == 0 {
			continue
		}
		lines = append(lines, fmt.Sprintf("The %s sent %s again. %s", side, Count(int64(all), "segment"), Causes(tally)))
		lines = append(lines, t.shownAgain(side)...)
		lines = append(lines, afterwards(side, tally)...)
	}
	for _, side := range reconstruct.Sides {
		c := &t.Sides[side].Causes
		for _, other := range [...]struct {
			n    uint32
			said string
		}{
			{c[loss.Reordering], "came late, overtaken on the path: no retransmissions"},
			{c[loss.NetworkDuplicate], "came twice, from the path as far as the capture tells"},
			{c[loss.CaptureDuplicate], "were recorded twice by the capture"},
		} {
			if other.n > 0 {
				lines = append(lines, fmt.Sprintf("Of the %s's segments, %d %s.", side, other.n, other.said))
			}
		}
	}
	if lines == nil {
		lines = []string{"Neither side sent anything again that was captured."}
	}
	return append(lines, t.doubts(true, health.Causes)...)
}

// shownAgain tells the evidence for the first retransmissions of a side.
func (t *teller) shownAgain(side reconstruct.Side) (lines []string) {
	for _, item := range t.items {
		r := item.Row
		if r == nil || r.From != side || !isAgain(r.Loss.Cause) || len(lines) == shownAgain {
			continue
		}
		text := fmt.Sprintf("Frame %d at %s s%s", r.Frame, Time(r.At), t.short(r.Frame))
		if r.Loss.OfFrame != 0 {
			text += fmt.Sprintf(", repeats frame %d", r.Loss.OfFrame)
		}
		text += ": " + CauseWords(r.Loss.Cause)
		if r.Loss.Backoff > 1 {
			text += fmt.Sprintf(", time-out number %d in a row; each should double the next (RFC 6298 5.5)", r.Loss.Backoff)
		}
		if r.Loss.Witness != loss.Nothing {
			text += fmt.Sprintf(". Witness: %s (%s)", witnessWords[r.Loss.Witness], r.Loss.Certainty())
		}
		lines = append(lines, text+".")
	}
	return lines
}

func isAgain(c loss.Cause) bool {
	for _, cause := range loss.Retransmissions {
		if c == cause {
			return true
		}
	}
	return false
}

// afterwards tells what became of a side's retransmissions.
func afterwards(side reconstruct.Side, tally *loss.Tally) (lines []string) {
	if n := tally.NotNeeded; n > 0 {
		lines = append(lines, fmt.Sprintf("Not needed: %d. The receiver had the octets, as acknowledgements, DSACK (RFC 2883) or echoed timestamps (Eifel, RFC 3522) show.", n))
	}
	before, after := tally.Lost[loss.BeforeTap], tally.Lost[loss.AfterTap]
	if before+after > 0 {
		lines = append(lines, fmt.Sprintf("Lost between the %s and the tap: %d. Lost behind the tap, themselves or their acknowledgement: %d.", side, before, after))
	}
	return lines
}

// Causes counts retransmissions by their cause, in a sentence.
func Causes(tally *loss.Tally) string {
	var parts []string
	for _, c := range loss.Retransmissions {
		if n := tally.Causes[c]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, CauseWords(c)))
		}
	}
	return "By cause, control segments included: " + orNone(parts) + "."
}

// CauseWords says why a segment was sent again, with the RFC.
func CauseWords(c loss.Cause) string { return causeWords[c] }

var causeWords = [loss.NumCauses]string{
	loss.RTO: "by the retransmission time-out (RFC 6298)", loss.Fast: "by fast retransmit (RFC 5681 3.2)", loss.Recovery: "continuing a recovery (RFC 6675)",
	loss.TLP: "as tail loss probe (RFC 8985 7)", loss.Spurious: "of what had been acknowledged", loss.Handshake: "of the handshake", loss.Unknown: "for a reason that nothing shows",
}

var witnessWords = [...]string{
	loss.Nothing: "none", loss.Numbers: "sequence and acknowledgement numbers", loss.SACK: "SACK", loss.TSval: "timestamps", loss.IPID: "IP identification",
	loss.DupACKs: "duplicate acknowledgements", loss.Arrival: "what was sent later had arrived", loss.Timing: "timing", loss.Share: "how much of the capture is recorded twice",
	loss.DSACK: "DSACK", loss.Eifel: "an echoed timestamp",
}

// inFlight tells windows and what was on the way.
func (t *teller) inFlight() (lines []string) {
	for _, side := range reconstruct.Sides {
		lines = append(lines, t.window(side)...)
	}
	for _, side := range reconstruct.Sides {
		f := &t.Sides[side].Flight
		if !f.Known || t.Half[side].Unique == 0 {
			continue
		}
		text := fmt.Sprintf("In flight of the %s: at most %s sent and not acknowledged (SND.NXT - SND.UNA, RFC 9293 3.3.1)", side, Count(f.MaxInFlight, "octet"))
		if f.MaxPipe != f.MaxInFlight {
			text += fmt.Sprintf("; of that at most %d estimated to be in the network (pipe, RFC 6675 4)", f.MaxPipe)
		}
		if !at(t.States.Vantage, side) {
			text += ". That is as it passes the tap, and need not be what the sender had"
		}
		lines = append(lines, text+".")
		if f.Goodput > 0 && f.Transfer >= t.States.HandshakeRTT { // else only a part of the way is timed
			lines = append(lines, fmt.Sprintf("From its first data to the last acknowledgement of new data, %s s: %.3f Mbit/s, each octet counted once.", Time(f.Transfer), f.Goodput/1e6))
		}
	}
	return append(lines, t.doubts(len(lines) > 0, health.Window, health.InFlight)...)
}

// window tells what a side advertised.
func (t *teller) window(side reconstruct.Side) (lines []string) {
	w := &t.Sides[side].Flight.Windows
	if w.N == 0 {
		return nil
	}
	text := fmt.Sprintf("The %s advertises a window of %d octets in the median, %d the least, %d the most", side, w.Median, w.Min, w.Max)
	if w.Min == w.Max {
		text = fmt.Sprintf("The %s advertises a window of %d octets throughout", side, w.Min)
	}
	switch shift, known := t.WindowScale(side); {
	case !known:
		text += ". The scale is not known, so these are as in the header, and the true ones may be larger by a power of two"
	case shift > 0:
		text += fmt.Sprintf(": the header's field times 2^%d (RFC 7323 2.2)", shift)
	}
	lines = append(lines, text+".")
	b := &t.Sides[side].Behaviour
	if b.ZeroWindows > 0 {
		lines = append(lines, fmt.Sprintf("It closed its window %s, for %s s in all (RFC 9293 3.8.6.1). Window updates: %d. Probes by the other side: %d.", times(b.ZeroWindows), Time(b.ZeroWindow),
			t.Half[side].Counts[reconstruct.WindowUpdate], t.Half[side.Peer()].Counts[reconstruct.WindowProbe]))
	}
	if peer := &t.Sides[side.Peer()].Behaviour; peer.FullWindows > 0 {
		lines = append(lines, fmt.Sprintf("The other side filled it %s, and waited for it %s s in all.", times(peer.FullWindows), Time(peer.FullWindow)))
	}
	return lines
}

func times(n int64) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
