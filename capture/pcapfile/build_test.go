package pcapfile_test

import (
	"bytes"
	"encoding/binary"
)

// byteOrder is what both byte orders of package binary are.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// pcapHeader is a pcap file header of version 2.4.
func pcapHeader(o byteOrder, magic, snapLen, network uint32) []byte {
	return pcapHeaderVersion(o, magic, 2, 4, snapLen, network)
}

func pcapHeaderVersion(o byteOrder, magic uint32, major, minor uint16, snapLen, network uint32) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, major)
	b = o.AppendUint16(b, minor)
	b = append(b, make([]byte, 8)...) // time zone and accuracy, which nobody uses
	b = o.AppendUint32(b, snapLen)
	return o.AppendUint32(b, network)
}

// pcapRecord is a record whose packet was captured whole; tail stands between
// the usual header and the packet.
func pcapRecord(o byteOrder, sec, frac uint32, data []byte, tail ...byte) []byte {
	return pcapRecordLengths(o, sec, frac, uint32(len(data)), uint32(len(data)), data, tail...)
}

func pcapRecordLengths(o byteOrder, sec, frac, captured, original uint32, data []byte, tail ...byte) []byte {
	b := o.AppendUint32(nil, sec)
	b = o.AppendUint32(b, frac)
	b = o.AppendUint32(b, captured)
	b = o.AppendUint32(b, original)
	b = append(b, tail...)
	return append(b, data...)
}

// ng builds pcapng blocks in one byte order.
type ng struct{ byteOrder }

type option struct {
	code  uint16
	value []byte
}

func (o ng) block(kind uint32, body []byte) []byte {
	body = pad(body)
	b := o.AppendUint32(nil, kind)
	b = o.AppendUint32(b, uint32(12+len(body)))
	b = append(b, body...)
	return o.AppendUint32(b, uint32(12+len(body)))
}

func (o ng) options(list []option) []byte {
	if len(list) == 0 {
		return nil
	}
	var b []byte
	for _, opt := range list {
		b = o.AppendUint16(b, opt.code)
		b = o.AppendUint16(b, uint16(len(opt.value)))
		b = append(b, pad(opt.value)...)
	}
	return append(b, 0, 0, 0, 0)
}

func (o ng) section(list ...option) []byte {
	b := o.AppendUint32(nil, 0x1a2b3c4d)
	b = o.AppendUint16(b, 1)
	b = o.AppendUint16(b, 0)
	b = o.AppendUint64(b, 1<<64-1)
	return o.block(0x0a0d0d0a, append(b, o.options(list)...))
}

func (o ng) iface(link uint16, snapLen uint32, list ...option) []byte {
	b := o.AppendUint16(nil, link)
	b = o.AppendUint16(b, 0)
	b = o.AppendUint32(b, snapLen)
	return o.block(1, append(b, o.options(list)...))
}

func (o ng) packet(iface uint32, units uint64, data []byte, list ...option) []byte {
	return o.packetLengths(iface, units, uint32(len(data)), uint32(len(data)), data, list...)
}

func (o ng) packetLengths(iface uint32, units uint64, captured, original uint32, data []byte, list ...option) []byte {
	b := o.AppendUint32(nil, iface)
	b = o.AppendUint32(b, uint32(units>>32))
	b = o.AppendUint32(b, uint32(units))
	b = o.AppendUint32(b, captured)
	b = o.AppendUint32(b, original)
	b = append(b, pad(data)...)
	return o.block(6, append(b, o.options(list)...))
}

func (o ng) oldPacket(iface, drops uint16, units uint64, data []byte) []byte {
	b := o.AppendUint16(nil, iface)
	b = o.AppendUint16(b, drops)
	b = o.AppendUint32(b, uint32(units>>32))
	b = o.AppendUint32(b, uint32(units))
	b = o.AppendUint32(b, uint32(len(data)))
	b = o.AppendUint32(b, uint32(len(data)))
	return o.block(2, append(b, data...))
}

func (o ng) simplePacket(original uint32, data []byte) []byte {
	return o.block(3, append(o.AppendUint32(nil, original), data...))
}

func (o ng) statistics(iface uint32, list ...option) []byte {
	b := o.AppendUint32(nil, iface)
	b = append(b, make([]byte, 8)...) // time
	return o.block(5, append(b, o.options(list)...))
}

func (o ng) number(n uint64) []byte { return o.AppendUint64(nil, n) }

// pad adds zeros up to a multiple of four bytes.
func pad(b []byte) []byte { return append(bytes.Clone(b), make([]byte, -len(b)&3)...) }

// snoopHeader and snoopRecord build snoop files, padded by extra bytes.
func snoopHeader(version, network uint32) []byte {
	be := binary.BigEndian
	return be.AppendUint32(be.AppendUint32([]byte("snoop\x00\x00\x00"), version), network)
}

func snoopRecord(sec, micros, drops uint32, data []byte, extra int) []byte {
	be := binary.BigEndian
	b := be.AppendUint32(nil, uint32(len(data)))
	b = be.AppendUint32(b, uint32(len(data)))
	b = be.AppendUint32(b, uint32(24+len(data)+extra))
	b = be.AppendUint32(b, drops)
	b = be.AppendUint32(b, sec)
	b = be.AppendUint32(b, micros)
	return append(append(b, data...), make([]byte, extra)...)
}
