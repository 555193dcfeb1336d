package pcapfile

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/capture"
)

const (
	pcapHeaderLen = 24
	maxOnWire     = 128 << 20
)

// variant is a kind of pcap. Where several share a magic number, the first
// records tell which it is, as in Wireshark's wiretap (libpcap.c).
type variant struct {
	name   string
	unit   capture.Timestamp // nanoseconds
	extra  int               // bytes between the file header and the first record
	header int               // bytes of a record header; the first 16 are the same in all
	tail   func(order, []byte) bool
}

// The variants of each magic number, the usual one first.
var (
	pcapMicro = []variant{
		{name: "pcap", unit: 1000, header: 16},
		{name: "pcap-kuznetzov", unit: 1000, header: 24, tail: kuznetzovTail}, // Red Hat 6.1
		{name: "pcap-nokia", unit: 1000, header: 20, tail: nokiaTail},
	}
	pcapModified = []variant{
		{name: "pcap-kuznetzov", unit: 1000, header: 24, tail: kuznetzovTail},
		{name: "pcap-suse", unit: 1000, header: 28, tail: kuznetzovTail}, // SuSE 6.3
	}
	pcapNano = []variant{{name: "pcap", unit: 1, header: 16}}
	pcapAIX  = variant{name: "pcap-aix", unit: 1, header: 16}
	// Wireshark 4.0 takes these nanoseconds for microseconds; later ones do not.
	pcapIxiaNano  = []variant{{name: "pcap-ixia", unit: 1, extra: 4, header: 16}}
	pcapIxiaMicro = []variant{{name: "pcap-ixia", unit: 1000, extra: 4, header: 16}}
)

// aixLinkTypes translates the ifType numbers (RFC 1573) in the file headers of
// AIX, which has version 2.2 and the usual magic number.
var aixLinkTypes = map[capture.LinkType]capture.LinkType{
	6:  capture.LinkTypeEthernet,
	9:  capture.LinkTypeTokenRing,
	15: capture.LinkTypeFDDI,
	24: capture.LinkTypeNull,
}

// kuznetzovTail checks the interface index, protocol and packet type that
// Alexey Kuznetzov's patches of 1999 put behind the usual record header.
func kuznetzovTail(o order, b []byte) bool {
	protocol := o.u16(b[4:])
	known := protocol >= 0x600 || protocol <= 0x17 || protocol == 0x60 || protocol == 0x200 || protocol == 0x400
	return o.u32(b) <= 10000 && known && b[6] <= 4
}

// nokiaTail checks the four bytes of unknown meaning that Nokia's IPSO adds;
// the values are those which wiretap has seen.
func nokiaTail(o order, b []byte) bool {
	v := o.u32(b)
	return v&0x0fff00f0 == 0x0fbf0000 &&
		(v>>28 == 0x9 || v>>28 == 0xb) &&
		(v>>12&0xf == 0xb || v>>12&0xf == 0xd) &&
		(v>>8&0xf == 0x6 || v>>8&0xf == 0x9) &&
		(v&0xf == 1 || v&0xf == 2)
}

// pcap decodes the classic format in all its variants.
type pcap struct {
	records
	order
	variant
	major, minor uint16
	link         capture.LinkType
	usual        uint32 // longer packets are checked before they are believed
}

// pcapRecord is what all record headers have.
type pcapRecord struct{ sec, frac, captured, original uint32 }

func openPCAP(variants []variant, o order) func(*source) (decoder, error) {
	return func(s *source) (decoder, error) {
		b := s.peek(pcapHeaderLen)
		if len(b) < pcapHeaderLen {
			return nil, s.cutHeader("pcap file header", len(b), pcapHeaderLen)
		}
		d := &pcap{records: records{source: s}, order: o, major: o.u16(b[4:]), minor: o.u16(b[6:])}
		if d.major < 2 {
			return nil, fmt.Errorf("%w: pcap version %d.%d is not known", ErrNotCapture, d.major, d.minor)
		}
		snapLen := o.u32(b[16:])
		d.usual = min(max(snapLen, usualRecord), maxRecord)
		// The upper 16 bits tell the length of a frame check sequence. It stays
		// part of the packet; the IP length keeps it out of any payload.
		d.link = capture.LinkType(o.u32(b[20:]))
		d.choose(variants)
		d.headerLen, d.outline = d.variant.header, d.outlineOf
		s.skip(len(s.peek(pcapHeaderLen + d.extra)))
		s.interfaces = []capture.Interface{{LinkType: d.link, SnapLen: int(snapLen)}}
		return d, nil
	}
}

// choose sets the variant, and the link type where the variant has its own. It
// is the first that the first records fit best, and the usual one if they fit
// none: to take the least bad, as wiretap does, misleads where they are damaged.
func (d *pcap) choose(variants []variant) {
	d.variant = variants[0]
	if link, ok := aixLinkTypes[d.link]; ok && d.unit == 1000 && d.major == 2 && d.minor == 2 {
		d.link, d.variant = link, pcapAIX
		return
	}
	if d.minor != 4 {
		return // only version 2.4 was ever varied
	}
	best := doesNotFit
	for _, v := range variants {
		if f := d.fit(v); f > best {
			best, d.variant = f, v
		}
	}
}

// fit says how the first records of a file agree with a variant.
type fit uint8

const (
	doesNotFit fit = iota
	cutShort       // they do as far as they are there
	fits
)

func (d *pcap) fit(v variant) fit {
	try := *d
	try.variant = v
	at := pcapHeaderLen + v.extra
	for range chainLen {
		b := d.peek(at + v.header)
		if len(b) == at {
			return fits
		}
		if len(b) < at+v.header {
			return cutShort
		}
		r := try.parse(b[at:])
		if r.frac >= 1e6 || r.captured > min(r.original, d.usual) || r.original > maxOnWire {
			return doesNotFit
		}
		if v.tail != nil && !v.tail(d.order, b[at+16:]) {
			return doesNotFit
		}
		at += v.header + int(r.captured)
	}
	return fits
}

// parse reads a record header. Up to version 2.2 the two lengths stood in the
// other order; of 2.3 both kinds exist, and the longer one is the original.
func (d *pcap) parse(b []byte) pcapRecord {
	r := pcapRecord{d.u32(b), d.u32(b[4:]), d.u32(b[8:]), d.u32(b[12:])}
	old := d.major == 2 && (d.minor < 3 || d.minor == 3 && r.captured > r.original)
	if old || d.major == 543 { // 543.0 is DG/UX
		r.captured, r.original = r.original, r.captured
	}
	return r
}

func (d *pcap) outlineOf(header []byte) outline {
	r := d.parse(header)
	return outline{
		length: int64(d.header) + int64(r.captured),
		sec:    r.sec,
		// A crashed recorder leaves zeros.
		wild: r.captured > d.usual || r.original > maxOnWire || r.sec|r.captured|r.original == 0,
		sober: r.captured > 0 && r.captured <= min(r.original, usualRecord) && r.original <= maxOnWire &&
			int64(r.frac)*int64(d.unit) < nanos,
	}
}

func (d *pcap) next(p *capture.Packet) error {
	b, err := d.record()
	if err != nil {
		return err
	}
	r := d.parse(b)
	*p = capture.Packet{} // and set in its place, which is faster than a copy
	p.Offset, p.LinkType = d.offset(), d.link
	p.Time = capture.Timestamp(r.sec)*nanos + capture.Timestamp(r.frac)*d.unit
	p.OrigLen, p.Data = int(max(r.captured, r.original)), b[d.header:]
	d.skip(len(b))
	return nil
}

func (d *pcap) unitName() string {
	if d.unit == 1 {
		return "ns"
	}
	return "us"
}

func (d *pcap) format() string { return d.name + "/" + d.order.String() + "/" + d.unitName() }
