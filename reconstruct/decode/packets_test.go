package decode_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// The builders below put together packets from the inside out. They know no
// checksums, which the decoder tells of.

// raw reads hexadecimal digits, between which spaces may stand.
func raw(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// join returns its parts in one slice.
func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func u16(v int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(v)) }

// tcpSegment is a segment 1111 -> 2222 with sequence number 1000, PSH and ACK.
func tcpSegment(payload string, options ...byte) []byte {
	h := raw("0457 08ae 000003e8 0000004d 5018 01f4 0000 0000")
	h[12] = byte(20+len(options)) / 4 << 4
	return join(h, options, []byte(payload))
}

// v4 is an IPv4 packet 10.0.0.1 -> 10.0.0.2 with TTL 64.
func v4(protocol byte, body []byte) []byte {
	h := raw("4500 0000 0001 0000 4000 0000 0a000001 0a000002")
	h[9] = protocol
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(body)))
	return join(h, body)
}

// v6 is an IPv6 packet 2001:db8::1 -> 2001:db8::2 with hop limit 64.
func v6(next byte, body []byte) []byte {
	h := join(raw("60000000 0000 0040 20010db8000000000000000000000001 20010db8000000000000000000000002"))
	h[6] = next
	binary.BigEndian.PutUint16(h[4:], uint16(len(body)))
	return join(h, body)
}

func udpDatagram(port int, body []byte) []byte {
	return join(u16(50000), u16(port), u16(8+len(body)), u16(0), body)
}

func ether(kind int, body []byte) []byte {
	return join(raw("020000000002 020000000001"), u16(kind), body)
}

// snapHeader is LLC and SNAP before IPv4.
var snapHeader = raw("aaaa03 000000 0800")

// The packets that the layers under test carry: five bytes of payload.
var (
	inner4     = v4(6, tcpSegment("hello"))
	inner6     = v6(6, tcpSegment("hello"))
	innerEther = ether(0x0800, inner4)
	innerWLAN  = join(raw("0801 0000 020000000001 020000000002 020000000003 1000"), snapHeader, inner4)
)

// deflated compresses b as IP payload compression does.
func deflated(b []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		panic(err)
	}
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}
