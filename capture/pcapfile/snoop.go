package pcapfile

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/capture"
)

const (
	snoopFileHeaderLen = 16
	snoopHeaderLen     = 24
	// shomitiTrailerLen bytes or more after a packet tell that Finisar's
	// (Shomiti's) Surveyor wrote the file, with link types of its own.
	shomitiTrailerLen = 16
	shomitiWireless   = 18
)

// snoopLinkTypes translates the link types of RFC 1761 and of the IANA
// registry snoop-datalink-types that have a LINKTYPE_ value.
var snoopLinkTypes = map[uint32]capture.LinkType{
	0:          capture.LinkTypeEthernet,
	2:          capture.LinkTypeTokenRing,
	4:          capture.LinkTypeEthernet,
	8:          capture.LinkTypeFDDI,
	9:          capture.LinkTypeNull,
	14:         capture.LinkTypeNull,
	16:         capture.LinkTypeIPOverFC,
	18:         capture.LinkTypeSunATM,
	0x80000005: capture.LinkTypeIPNET,
}

var shomitiLinkTypes = map[uint32]capture.LinkType{
	0:               capture.LinkTypeEthernet,
	2:               capture.LinkTypeTokenRing,
	4:               capture.LinkTypeEthernet,
	8:               capture.LinkTypeFDDI,
	10:              capture.LinkTypeEthernet, // 100 Mbit/s
	11:              capture.LinkTypeTokenRing,
	12:              capture.LinkTypeEthernet, // 1 Gbit/s
	13:              capture.LinkTypeTokenRing,
	14:              capture.LinkTypeTokenRing,
	shomitiWireless: capture.LinkTypeIEEE80211,
	19:              capture.LinkTypeEthernet, // 10 Gbit/s
}

// snoop decodes the format of RFC 1761. It is big-endian throughout.
type snoop struct {
	records
	link     capture.LinkType
	wireless bool
	dropped  uint32
}

// snoopRecord is a record header.
type snoopRecord struct{ original, captured, length, dropped, sec, micros uint32 }

func openSnoop(s *source) (decoder, error) {
	b := s.peek(snoopFileHeaderLen + snoopHeaderLen)
	if len(b) < snoopFileHeaderLen {
		return nil, s.cutHeader("snoop file header", len(b), snoopFileHeaderLen)
	}
	version, network := bigEndian.u32(b[8:]), bigEndian.u32(b[12:])
	if version < 2 || version > 5 {
		return nil, fmt.Errorf("%w: snoop version %d is not known", ErrNotCapture, version)
	}
	links := snoopLinkTypes
	if fromShomiti(b[snoopFileHeaderLen:]) {
		links = shomitiLinkTypes
	}
	link, ok := links[network]
	if !ok {
		return nil, fmt.Errorf("%w: snoop link type %d is not known", ErrNotCapture, network)
	}
	s.skip(snoopFileHeaderLen)
	s.interfaces = []capture.Interface{{LinkType: link}}
	return &snoop{records: records{source: s, headerLen: snoopHeaderLen, outline: snoopOutline}, link: link, wireless: link == capture.LinkTypeIEEE80211}, nil
}

// fromShomiti judges by the first record, which b starts with, if any.
func fromShomiti(b []byte) bool {
	if len(b) < snoopHeaderLen {
		return false
	}
	r := readSnoopRecord(b)
	return int64(r.length) >= snoopHeaderLen+int64(r.captured)+shomitiTrailerLen
}

func readSnoopRecord(b []byte) snoopRecord {
	o := bigEndian
	return snoopRecord{o.u32(b), o.u32(b[4:]), o.u32(b[8:]), o.u32(b[12:]), o.u32(b[16:]), o.u32(b[20:])}
}

func snoopOutline(header []byte) outline {
	r := readSnoopRecord(header)
	fits := snoopHeaderLen+int64(r.captured) <= int64(r.length)
	o := outline{length: int64(r.length), sec: r.sec, wild: !fits || r.length > usualRecord || r.original > maxOnWire}
	if !fits {
		o.length = maxRecord + 1 // whatever follows it: it cannot be confirmed
	}
	o.sober = !o.wild && r.captured > 0 && r.captured <= r.original && r.micros < 1e6
	return o
}

func (d *snoop) next(p *capture.Packet) error {
	b, err := d.record()
	if err != nil {
		return err
	}
	d.fill(p, readSnoopRecord(b), b)
	d.skip(len(b))
	return nil
}

func (d *snoop) fill(p *capture.Packet, r snoopRecord, record []byte) {
	if r.dropped != d.dropped || d.interfaces[0].Dropped == nil {
		d.lost(&d.interfaces[0], uint64(r.dropped), d.frame)
		d.dropped = r.dropped
	}
	*p = capture.Packet{
		Offset:   d.offset(),
		Time:     capture.Timestamp(r.sec)*1e9 + capture.Timestamp(r.micros)*1000,
		LinkType: d.link,
		OrigLen:  int(max(r.captured, r.original)),
		Data:     record[snoopHeaderLen : snoopHeaderLen+int(r.captured)],
	}
	if d.wireless {
		stripShomiti(p)
	}
}

// stripShomiti takes off what Surveyor puts in front of a wireless frame: four
// bytes, the last of which counts the bytes after them.
func stripShomiti(p *capture.Packet) {
	if len(p.Data) < 4 {
		return
	}
	n := min(4+int(p.Data[3]), len(p.Data))
	p.Data, p.OrigLen = p.Data[n:], p.OrigLen-n
}

func (d *snoop) format() string { return "snoop/us" }
