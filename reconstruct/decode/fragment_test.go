package decode_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"pgregory.net/rapid"
)

// piece4 is the fragment [from, to) of an IPv4 packet with body, under an
// identification.
func piece4(protocol byte, body []byte, id, from, to int) []byte {
	p := v4(protocol, body[from:to])
	binary.BigEndian.PutUint16(p[4:], uint16(id))
	place := from / 8
	if to < len(body) {
		place |= 0x2000
	}
	binary.BigEndian.PutUint16(p[6:], uint16(place))
	return p
}

// piece6 is the same for IPv6.
func piece6(body []byte, id, from, to int) []byte {
	place := from
	if to < len(body) {
		place |= 1
	}
	h := join([]byte{6, 0}, u16(place), u16(0), u16(id))
	return v6(44, join(h, body[from:to]))
}

// feed decodes raw IP packets in order, one a second apart unless step says
// otherwise, and returns the segments with their frames.
func feed(d *decode.Decoder, step time.Duration, packets ...[]byte) (segments []decode.Segment) {
	var r decode.Result
	for i, data := range packets {
		p := capture.Packet{
			Frame: capture.FrameNumber(i + 1), Time: capture.Timestamp(int64(i) * int64(step)),
			LinkType: capture.LinkTypeRaw, OrigLen: len(data), Data: data,
		}
		d.Decode(&p, &r)
		for _, s := range r.Segments {
			s.Payload = append([]byte(nil), s.Payload...)
			segments = append(segments, s)
		}
	}
	return segments
}

func TestFragments(t *testing.T) {
	body := tcpSegment("a payload of forty bytes in three pieces.")
	for name, packets := range map[string][][]byte{
		"in order":      {piece4(6, body, 7, 0, 24), piece4(6, body, 7, 24, 48), piece4(6, body, 7, 48, len(body))},
		"last first":    {piece4(6, body, 7, 48, len(body)), piece4(6, body, 7, 24, 48), piece4(6, body, 7, 0, 24)},
		"header apart":  {piece4(6, body, 7, 0, 8), piece4(6, body, 7, 8, 16), piece4(6, body, 7, 16, len(body))},
		"twice":         {piece4(6, body, 7, 0, 24), piece4(6, body, 7, 0, 24), piece4(6, body, 7, 24, len(body))},
		"overlapping":   {piece4(6, body, 7, 0, 40), piece4(6, body, 7, 16, 48), piece4(6, body, 7, 40, len(body))},
		"among others":  {piece4(6, body, 8, 0, 24), piece4(6, body, 7, 0, 24), piece4(6, body, 7, 24, len(body))},
		"ipv6":          {piece6(body, 7, 0, 24), piece6(body, 7, 24, 48), piece6(body, 7, 48, len(body))},
		"of the tunnel": {piece4(4, v4(6, body), 7, 0, 32), piece4(4, v4(6, body), 7, 32, 64), piece4(4, v4(6, body), 7, 64, 20+len(body))},
	} {
		segments := feed(decode.New(), time.Second, packets...)
		if len(segments) != 1 {
			t.Errorf("%s: %d segments, want 1", name, len(segments))
			continue
		}
		s := segments[0]
		if s.Frame != 3 || s.Quirks&decode.Reassembled == 0 || string(s.Payload) != string(body[20:]) || s.Len != len(body)-20 {
			t.Errorf("%s: frame %d quirks %b len %d %q", name, s.Frame, s.Quirks, s.Len, s.Payload)
		}
	}
}

// TestFragmentsCut gives the length of the whole, and of the payload what
// comes before the first cut.
func TestFragmentsCut(t *testing.T) {
	body := tcpSegment("a payload of forty bytes in three pieces.")
	var r decode.Result
	d := decode.New()
	for _, data := range [][]byte{piece4(6, body, 7, 0, 32), piece4(6, body, 7, 32, len(body))} {
		p := capture.Packet{Frame: 1, LinkType: capture.LinkTypeRaw, OrigLen: len(data), Data: data[:48]}
		d.Decode(&p, &r)
	}
	if len(r.Segments) != 1 {
		t.Fatalf("%d segments, want 1", len(r.Segments))
	}
	s := r.Segments[0]
	if s.Len != 41 || string(s.Payload) != "a payloa" || s.Quirks&decode.PayloadCut == 0 {
		t.Errorf("len %d %q quirks %b", s.Len, s.Payload, s.Quirks)
	}
}

// TestFragmentsTooLate gives up a packet after a minute.
func TestFragmentsTooLate(t *testing.T) {
	body := tcpSegment("a payload of forty bytes in three pieces.")
	packets := [][]byte{piece4(6, body, 7, 0, 24), piece4(6, body, 7, 24, len(body))}
	if n := len(feed(decode.New(), 59*time.Second, packets...)); n != 1 {
		t.Errorf("%d segments after 59 s, want 1", n)
	}
	if n := len(feed(decode.New(), 61*time.Second, packets...)); n != 0 {
		t.Errorf("%d segments after 61 s, want none", n)
	}
}

// TestFragmentsAtRandom cuts a packet at random, shuffles and repeats the
// pieces, and expects the packet.
func TestFragmentsAtRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.StringN(0, 300, 4000).Draw(t, "payload")
		body := tcpSegment(payload)
		var packets [][]byte
		for from := 0; from < len(body); {
			to := min(from+8*rapid.IntRange(1, 40).Draw(t, "units"), len(body))
			packets = append(packets, piece4(6, body, 9, from, to))
			from = to
		}
		if len(packets) == 1 {
			return // not a fragment
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		random.Shuffle(len(packets), func(i, j int) { packets[i], packets[j] = packets[j], packets[i] })
		segments := feed(decode.New(), 0, packets...)
		if len(segments) != 1 || string(segments[0].Payload) != payload || segments[0].Frame != capture.FrameNumber(len(packets)) {
			t.Fatalf("%d segments from %d fragments", len(segments), len(packets))
		}
	})
}
