package reconstruct

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// note is a finding in the making: told once, with the first frame and a
// count. What a connection without oddities does not have costs it nothing.
type note struct {
	code  finding.Code
	frame capture.FrameNumber
	n     int64
}

// note counts something worth telling.
func (c *conversation) note(code finding.Code, frame capture.FrameNumber, n int64) {
	for i := range c.notes {
		if c.notes[i].code == code {
			c.notes[i].n += n
			return
		}
	}
	c.notes = append(c.notes, note{code, frame, n})
}

// texts are the sentences of the findings, by code, in the order in which a
// connection gives them: for one and for several. A %d is the count of the note.
var texts = [...]struct {
	code      finding.Code
	one, many string
}{
	{code: finding.PortReused, one: "the connection uses the addresses and ports of an earlier one again"},
	{finding.OldDuplicate, "a segment is an old duplicate, or a late one of an earlier connection", "%d segments are old duplicates, or late ones of an earlier connection"},
	{code: finding.OneDirectionOnly, many: "the capture holds packets of one side only; %d of them acknowledge the other"},
	{finding.PacketsMissing, "one byte was acknowledged and is not in the capture", "%d bytes were acknowledged and are not in the capture"},
	{finding.CaptureDuplicates, "a packet was recorded more than once, or sent again at the same instant", "%d packets were recorded more than once, or sent again at the same instant"},
	{finding.ClockStep, "timestamps step backwards once", "timestamps step backwards %d times"},
	{finding.SnaplenCut, "a packet was recorded in part", "%d packets were recorded in part"},
	{finding.HeaderCut, "a packet was cut inside the TCP header", "%d packets were cut inside the TCP header"},
	{finding.OffloadSegments, "a segment is larger than the path carries", "%d segments are larger than the path carries"},
	{finding.BadChecksum, "a packet has a wrong TCP checksum", "%d packets have a wrong TCP checksum"},
	{finding.IPLengthZero, "a packet has IP total length 0", "%d packets have IP total length 0"},
	{finding.Tunnelled, "a packet was carried inside a tunnel", "%d packets were carried inside a tunnel"},
	{finding.UnknownWindowScale, "the handshake is missing or cut: the window of a segment may be larger than shown", "the handshake is missing or cut: the windows of %d segments may be larger than shown"},
	{finding.ZeroWindow, "a segment advertises a zero window", "%d segments advertise a zero window"},
	{code: finding.TableFull, one: "the table of connections was full; this one was idle and was closed early"},
}

// conclude turns the notes into findings.
func (c *conversation) conclude() {
	c.noteTotals()
	for _, t := range texts {
		for _, n := range c.notes {
			if n.code == t.code && n.n > 0 {
				c.Findings = append(c.Findings, n.finding(t.one, t.many))
			}
		}
	}
}

func (n note) finding(one, many string) finding.Finding {
	text := one
	if many != "" && (n.n > 1 || one == "") { // a flood does not cost a text each
		text = fmt.Sprintf(many, n.n)
	}
	return finding.Finding{Code: n.code, Frame: n.frame, Text: text}
}

// noteReuse tells for each end whether it takes part in the next incarnation.
func (c *conversation) noteReuse() {
	n := c.newer
	if n == nil || n.dissolves() {
		return
	}
	for _, s := range Sides {
		if n.Half[n.sideOf(&decode.Segment{Src: c.Ends[s]})].SYNSeen {
			c.Reused[s] = Reuse{n.First, n.Start}
		}
	}
}

// noteTotals adds what shows only at the end.
func (c *conversation) noteTotals() {
	for _, s := range Sides {
		if missing := c.Half[s].Missing; missing > 0 && c.Half[s].Packets > 0 {
			c.note(finding.PacketsMissing, 0, missing)
		}
		me, peer := &c.Half[s], &c.Half[s.Peer()]
		if !c.SelfConnect && peer.Packets == 0 && me.Packets > 1 && c.flows[s.Peer()].acked {
			c.note(finding.OneDirectionOnly, 0, me.Packets)
		}
	}
}

// observeQuirks notes what is odd about how the segment was captured.
func (c *conversation) observeQuirks(v *sight) {
	if v.Marks != 0 {
		c.observeMarks(v)
	}
	if v.s.Time.Sub(c.End) < 0 {
		c.note(finding.ClockStep, v.s.Frame, 1)
	}
	if v.Oversized() {
		c.note(finding.OffloadSegments, v.s.Frame, 1)
	}
	if v.plain() && v.s.Window != 0 && !(v.me.SYNWhole && v.peer.SYNWhole) {
		if _, known := c.WindowScale(v.From); !known {
			c.note(finding.UnknownWindowScale, v.s.Frame, 1)
		}
	}
	if v.s.Quirks&^usualQuirks == 0 {
		return
	}
	for _, q := range quirks {
		if v.s.Quirks&q.quirk != 0 {
			c.note(q.code, v.s.Frame, 1)
		}
	}
}

// observeMarks notes the marks that are findings.
func (c *conversation) observeMarks(v *sight) {
	if v.Marks.Has(Duplicate) {
		c.note(finding.CaptureDuplicates, v.s.Frame, 1)
	}
	if v.Marks.Has(ZeroWindow) {
		c.note(finding.ZeroWindow, v.s.Frame, 1)
	}
	if v.Marks.Has(UnseenACK) {
		c.note(finding.PacketsMissing, v.s.Frame, 0)
	}
	if v.Marks.Has(OutOfWindow) {
		c.note(finding.OldDuplicate, v.s.Frame, 1)
	}
}

// usualQuirks are those of most segments, which are no finding.
const usualQuirks = decode.HasIPID

// quirks says which finding a quirk gives.
var quirks = [...]struct {
	quirk decode.Quirk
	code  finding.Code
}{
	{decode.HeaderCut | decode.OptionsCut, finding.HeaderCut},
	{decode.PayloadCut, finding.SnaplenCut},
	{decode.WrongChecksum, finding.BadChecksum},
	{decode.IPLengthZero, finding.IPLengthZero},
	{decode.Tunnelled, finding.Tunnelled},
}

// The largest payloads that links carry: Ethernet, and its jumbo frames. Some
// senders exceed the announced MSS by the size of options.
const (
	usualMTU  = 1500
	jumboMTU  = 9000
	optionMax = 40
)

// Oversized tells whether the segment is larger than the peer accepts, or than
// links carry: segmentation offload cuts or joined it beyond the tap.
func (s *Step) Oversized() bool {
	if s.Segment.Len <= usualMTU || s.Segment.Quirks&decode.Reassembled != 0 {
		return false
	}
	peer := &s.Conn.Half[s.Conn.Peer(s.From)]
	if peer.SYNWhole && peer.Options.Set&decode.OptMSS != 0 {
		return s.Segment.Len > int(peer.Options.MSS)+optionMax
	}
	return s.Segment.Len > jumboMTU
}
