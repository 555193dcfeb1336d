package main

import (
	"encoding/binary"
	"math/rand/v2"
)

// Where things are in a record: the pcap record header, Ethernet, IPv4, TCP,
// its options, payload.
const (
	ethernetAt = 16
	ipAt       = ethernetAt + 14
	tcpAt      = ipAt + 20
	optionsAt  = tcpAt + 20

	optionsLen    = 12
	synOptionsLen = 20
)

// template is the start of each record: what no packet changes. It is never
// written to.
var template = [optionsAt]byte{
	ethernetAt: 0x02, 0, 0, 0, 0, 0x02, 0x02, 0, 0, 0, 0, 0x01, 0x08, 0x00,
	ipAt:     0x45,
	ipAt + 6: 0x40,  // do not fragment
	ipAt + 8: 64, 6, // TTL, TCP
}

// packet is what a record is made from.
type packet struct {
	micros       uint64
	src, dst     uint32
	sport, dport uint16
	seq, ack     uint32
	tsval, tsecr uint32
	id           uint16
	flags        byte
	payload      []byte
	payloadSum   uint32
}

// encode builds the record of a packet up to its payload, in buf.
func (p *packet) encode(buf *[optionsAt + synOptionsLen]byte) []byte {
	copy(buf[:], template[:])
	headers := buf[:optionsAt+p.encodeOptions(buf[optionsAt:])]
	wire := len(headers) - ethernetAt + len(p.payload)
	le, be := binary.LittleEndian, binary.BigEndian

	le.PutUint32(buf[0:], uint32(p.micros/1e6))
	le.PutUint32(buf[4:], uint32(p.micros%1e6))
	le.PutUint32(buf[8:], uint32(wire))
	le.PutUint32(buf[12:], uint32(wire))

	be.PutUint16(buf[ipAt+2:], uint16(wire-14))
	be.PutUint16(buf[ipAt+4:], p.id)
	be.PutUint32(buf[ipAt+12:], p.src)
	be.PutUint32(buf[ipAt+16:], p.dst)
	be.PutUint16(buf[ipAt+10:], fold(sum(buf[ipAt:tcpAt])))

	be.PutUint16(buf[tcpAt:], p.sport)
	be.PutUint16(buf[tcpAt+2:], p.dport)
	be.PutUint32(buf[tcpAt+4:], p.seq)
	be.PutUint32(buf[tcpAt+8:], p.ack)
	buf[tcpAt+12] = byte(len(headers)-tcpAt) / 4 << 4
	buf[tcpAt+13] = p.flags
	be.PutUint16(buf[tcpAt+14:], p.window())
	pseudo := sum(buf[ipAt+12:tcpAt]) + 6 + uint32(wire-14-20)
	be.PutUint16(buf[tcpAt+16:], fold(pseudo+sum(headers[tcpAt:])+p.payloadSum))
	return headers
}

// window is large enough for every burst; it is scaled by 7 but in a SYN.
func (p *packet) window() uint16 {
	if p.flags&syn != 0 {
		return 64240
	}
	return 502
}

// encodeOptions writes the TCP options and returns their length.
func (p *packet) encodeOptions(b []byte) int {
	if p.flags&syn == 0 {
		copy(b, []byte{1, 1, 8, 10})
		putTimestamps(b[4:], p)
		return optionsLen
	}
	copy(b, []byte{2, 4, 1460 >> 8, 1460 & 0xff, 4, 2, 8, 10})
	putTimestamps(b[8:], p)
	copy(b[16:], []byte{1, 3, 3, 7})
	return synOptionsLen
}

func putTimestamps(b []byte, p *packet) {
	binary.BigEndian.PutUint32(b, p.tsval)
	binary.BigEndian.PutUint32(b[4:], p.tsecr)
}

// sum adds the 16-bit words of b, which has an even length (RFC 1071).
func sum(b []byte) uint32 {
	var s uint32
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	return s
}

// fold ends an Internet checksum.
func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

// pool is the text that payloads are cut from, with the sums of its words up
// to each of them: a payload's checksum costs two look-ups.
type pool struct {
	text [64 << 10]byte
	sums [32<<10 + 1]uint32
}

func newPool(r *rand.Rand) *pool {
	var p pool
	for i := range p.text {
		p.text[i] = byte('a' + r.IntN(26))
	}
	for i := range len(p.text) / 2 {
		p.sums[i+1] = p.sums[i] + sum(p.text[2*i:2*i+2])
	}
	return &p
}

// cut returns n bytes of text, from a place that depends on seed, and the sum
// of their words, the last one padded.
func (p *pool) cut(seed uint32, n int) ([]byte, uint32) {
	at := int(seed*2654435761>>16) % (len(p.text) - n) &^ 1
	text := p.text[at : at+n]
	total := p.sums[(at+n)/2] - p.sums[at/2]
	if n%2 == 1 {
		total += uint32(text[n-1]) << 8
	}
	for total > 0xffff { // leave room for the sums that will be added to it
		total = total>>16 + total&0xffff
	}
	return text, total
}
