package decode

import (
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
)

// Result is what one packet holds. The zero value is ready to use; Decode
// empties it first and reuses its slices.
type Result struct {
	Segments []Segment // usually none or one
	ICMP     []ICMPError
	Findings []finding.Finding // with constant texts, for the caller to count
}

// Decoder decodes the packets of one capture, in order. Make one with New for
// each file: it keeps unfinished IP fragments. It is not safe for concurrent
// use.
type Decoder struct {
	table    *[numLayers]dissect
	defrag   defragmenter
	gopacket gopacketLayers
	inflater inflater

	// What follows is about the packet in hand.
	pkt        *capture.Packet
	out        *Result
	ip         ipHeader // of the packet around the bytes in hand
	inIP       bool     // ip is set
	vlan       uint16   // innermost VLAN tag, without its priority
	wlanPadded bool     // the 802.11 header that follows is padded to a multiple of 4
	guessed    bool     // below a layer that was told by a UDP port alone
	inflated   bool     // the buffer of the inflater is in use
	budget     int      // layers that may still follow
}

// New returns a Decoder.
func New() *Decoder { return &Decoder{table: &dissectors} }

// maxLayers bounds the layers of one packet, so that crafted headers cannot
// make the walk long. Real stacks of tunnels stay far below.
const maxLayers = 64

// Decode replaces out with what p holds. Segment payloads borrow from p.Data,
// or from the decoder where fragments were put together, until the next call.
func (d *Decoder) Decode(p *capture.Packet, out *Result) {
	out.Segments, out.ICMP, out.Findings = out.Segments[:0], out.ICMP[:0], out.Findings[:0]
	d.pkt, d.out = p, out
	d.inIP, d.guessed, d.wlanPadded, d.inflated = false, false, false, false
	d.vlan, d.budget = 0, maxLayers
	d.defrag.release()

	first := linkLayer(uint32(p.LinkType))
	if first == unknown {
		d.find(finding.UnknownLinkType, "link type is not decoded")
		return
	}
	d.walk(first, view{p.Data, max(p.OrigLen, len(p.Data))})
}

// walk decodes b as the layer next, and then whatever that leads to. Layers
// that hold several packets call it again for each.
func (d *Decoder) walk(next layer, b view) {
	budget := d.budget
	for next > done {
		if d.budget == 0 {
			d.find(finding.BadPacket, "too many layers")
			break
		}
		d.budget--
		next, b = d.table[next](d, b)
	}
	d.budget = budget
}

// each walks one of several packets in the same frame and then restores what
// is known of the headers around them.
func (d *Decoder) each(next layer, b view) {
	ip, inIP, vlan, guessed := d.ip, d.inIP, d.vlan, d.guessed
	d.walk(next, b)
	d.ip, d.inIP, d.vlan, d.guessed = ip, inIP, vlan, guessed
}

// find reports a finding at the packet in hand. Under a tunnel that only a UDP
// port suggests, damage more likely means that there is no tunnel.
func (d *Decoder) find(code finding.Code, text string) {
	if d.guessed {
		return
	}
	d.out.Findings = append(d.out.Findings, finding.Finding{Code: code, Frame: d.pkt.Frame, Text: text})
}

// bad reports a header that contradicts itself and ends the walk.
func (d *Decoder) bad(text string) (layer, view) {
	d.find(finding.BadPacket, text)
	return done, view{}
}

// short reports a header that does not fit into b and ends the walk. It is
// damage, unless the snapshot cut the header off.
func (d *Decoder) short(b view, text string) (layer, view) {
	if b.wire > len(b.data) {
		d.find(finding.HeaderCut, text)
		return done, view{}
	}
	return d.bad(text)
}

// end stops the walk: nothing here leads to TCP.
func end() (layer, view) { return done, view{} }

// view is the rest of a packet: the captured bytes and their length on the
// wire, which is never below len(data).
type view struct {
	data []byte
	wire int
}

// from returns b without its first n bytes.
func (b view) from(n int) view {
	if n > len(b.data) {
		return view{nil, max(b.wire-n, 0)}
	}
	return view{b.data[n:], b.wire - n}
}

// upTo returns the first n bytes of b, all of it where it is shorter.
func (b view) upTo(n int) view {
	if n < b.wire {
		b.wire = n
		if n < len(b.data) {
			b.data = b.data[:n]
		}
	}
	return b
}

// has tells whether the first n bytes were captured.
func (b view) has(n int) bool { return len(b.data) >= n }

// withoutLast returns b without its last n bytes on the wire.
func (b view) withoutLast(n int) view { return b.upTo(max(b.wire-n, 0)) }
