package table

import (
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/health"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// healthFields are the columns about what is wrong with the recording of a
// connection, and what that harms.
func healthFields() fields[Connection] {
	var all fields[Connection]
	for m := range health.Measurement(health.NumMeasurements) {
		all = append(all, field[Connection]{
			Column{"health.trust." + m.String(), "", trustMeanings[m] + ": good, reduced or none"},
			func(c *Connection) Value { return text(c.Health.Trust[m].String()) },
		})
	}
	inner := newTable(JSON, doubtFields())
	all = append(all, field[Connection]{Column{"health.doubts", "", "why one is not good; in CSV which"}, func(c *Connection) Value {
		return list(nested[health.Doubt]{inner, c.Health.Doubts})
	}})
	for _, side := range reconstruct.Sides {
		fields := lift(recordFields("health."+side.String()+"."), func(c *Connection) *health.Side { return &c.Health.Sides[side] })
		all = append(append(all, fields...), offloadField(side))
	}
	return append(all, lift(recordedClockFields("health."), func(c *Connection) *health.Clock { return &c.Health.Clock })...)
}

var trustMeanings = [health.NumMeasurements]string{
	health.RTT:       "how far its round trips can be trusted",
	health.InFlight:  "the bytes in flight",
	health.Causes:    "the causes of its retransmissions",
	health.Window:    "the windows",
	health.Limits:    "what limited its senders",
	health.States:    "the state paths",
	health.Goodput:   "the goodput",
	health.Behaviour: "the behaviour of its endpoints",
}

// doubtFields are what JSON tells of a doubt.
func doubtFields() fields[health.Doubt] {
	type D = health.Doubt
	return fields[D]{
		{Column{"measurement", "", "what is in doubt, as named in trust"}, func(d *D) Value { return text(d.Measurement.String()) }},
		{Column{"trust", "", "reduced or none"}, func(d *D) Value { return text(d.Trust.String()) }},
		{Column{"code", "", "code of the finding that shows the problem; absent where the place of the tap is the problem"}, func(d *D) Value {
			return when(d.Code != finding.None, text(d.Code.String()))
		}},
		{Column{"why", "", "one sentence"}, func(d *D) Value { return text(d.Why) }},
	}
}

// recordFields are the columns of what is wrong with packets.
func recordFields(prefix string) fields[health.Side] {
	type S = health.Side
	return fields[S]{
		{Column{prefix + "missing_bytes", "bytes", "acknowledged by the peer and not in the capture"}, func(s *S) Value { return num(s.Missing) }},
		{Column{prefix + "unseen_acks", "packets", "that acknowledge what the capture lacks"}, func(s *S) Value { return num(s.UnseenACKs) }},
		{Column{prefix + "duplicates", "packets", "recorded more than once"}, func(s *S) Value { return num(s.Duplicates) }},
		{Column{prefix + "cut_headers", "packets", "cut inside the TCP header"}, func(s *S) Value { return num(s.CutHeaders) }},
		{Column{prefix + "cut_payloads", "packets", "cut inside the payload"}, func(s *S) Value { return num(s.CutPayload) }},
		{Column{prefix + "offload_segments", "packets", "larger than the path carries: segmentation offload"}, func(s *S) Value { return num(s.Offload) }},
		{Column{prefix + "offload_largest", "bytes", "payload of the largest of them"}, func(s *S) Value { return when(s.Offload > 0, num(s.Largest)) }},
		{Column{prefix + "bad_checksums", "packets", "whose TCP checksum does not match"}, func(s *S) Value { return num(s.Wrong) }},
		{Column{prefix + "offload_checksums", "packets", "whose TCP checksum was left to the network card"}, func(s *S) Value { return num(s.Undone) }},
	}
}

// offloadField tells on which side of the path segments were one.
func offloadField(side reconstruct.Side) field[Connection] {
	return field[Connection]{Column{"health." + side.String() + ".offload_at", "", "where offload made segments larger: sent (by its own card or kernel: TSO, GSO) or received (by its peer's: LRO, GRO), where the place of the tap tells"}, func(c *Connection) Value {
		by := c.Health.Sides[side].By
		return when(by != health.JoinedUnknown, text(by.String()))
	}}
}

// recordedClockFields are the columns of what the clock did.
func recordedClockFields(prefix string) fields[health.Clock] {
	type C = health.Clock
	return fields[C]{
		{Column{prefix + "clock_steps_back", "packets", "with an earlier time than the one before"}, func(k *C) Value { return num(k.Back) }},
		{Column{prefix + "clock_back_s", "s", "furthest of these steps"}, func(k *C) Value { return when(k.Back > 0, span(k.BackMost)) }},
		{Column{prefix + "clock_ahead_s", "s", "jump ahead that the clocks of both sides did not make"}, func(k *C) Value { return when(k.Forward > 0, span(k.Forward)) }},
	}
}

// captureHealth are the columns about a capture as a whole.
func captureHealth() fields[Capture] {
	all := lift(recordFields("health."), func(c *Capture) *health.Side { return &c.Health.Side })
	all = append(all, lift(recordedClockFields("health."), func(c *Capture) *health.Clock { return &c.Health.Clock })...)
	inner := newTable(JSON, interfaceFields())
	return append(all, field[Capture]{Column{"interfaces", "", "where it was recorded"}, func(c *Capture) Value {
		return list(nested[capture.Interface]{inner, c.Interfaces})
	}})
}

// interfaceFields are what JSON tells of an interface.
func interfaceFields() fields[capture.Interface] {
	type I = capture.Interface
	counter := func(n *uint64) Value {
		if n == nil {
			return Value{}
		}
		return num(int64(*n))
	}
	return fields[I]{
		{Column{"name", "", "as the file names it"}, func(i *I) Value { return when(i.Name != "", text(i.Name)) }},
		{Column{"link_type", "", "number of its link type (LINKTYPE_ of tcpdump.org)"}, func(i *I) Value { return num(i.LinkType) }},
		{Column{"snaplen", "bytes", "most that was kept of a packet"}, func(i *I) Value { return when(i.SnapLen > 0, num(int64(i.SnapLen))) }},
		{Column{"received", "packets", "by its own count"}, func(i *I) Value { return counter(i.Received) }},
		{Column{"dropped", "packets", "that it or the recorder lost, by their own count"}, func(i *I) Value { return counter(i.Dropped) }},
		{Column{"dropped_after_frame", "", "after which they were lost, as far as the file tells; 0 for the beginning"}, func(i *I) Value { return when(i.Lost.Before > 0, num(i.Lost.After)) }},
		{Column{"dropped_before_frame", "", "before which"}, func(i *I) Value { return frame(i.Lost.Before) }},
	}
}

// healthText is the health of a connection in a line: what is wrong, and what
// that harms.
func healthText(c *Connection) string {
	var harmed [2][]string // reduced, none
	for m := range health.Measurement(health.NumMeasurements) {
		if trust := c.Health.Trust[m]; trust != health.Good {
			harmed[trust-health.Reduced] = append(harmed[trust-health.Reduced], strings.ReplaceAll(m.String(), "_", " "))
		}
	}
	var parts []string
	if len(harmed[1]) > 0 {
		parts = append(parts, "no "+strings.Join(harmed[1], ", "))
	}
	if len(harmed[0]) > 0 {
		parts = append(parts, "less sure: "+strings.Join(harmed[0], ", "))
	}
	if len(parts) == 0 {
		return "good: every measurement can be trusted"
	}
	return strings.Join(parts, "; ") + " (because of " + strings.Join(reasons(c.Health.Doubts), ", ") + ")"
}

// reasons lists what the doubts rest on, each once.
func reasons(doubts []health.Doubt) (list []string) {
	for _, d := range doubts {
		reason := d.Code.String()
		if d.Code == finding.None {
			reason = "the place of the tap"
		}
		if !slices.Contains(list, reason) {
			list = append(list, reason)
		}
	}
	return list
}
