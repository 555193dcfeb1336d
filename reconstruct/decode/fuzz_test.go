package decode_test

import (
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// FuzzDecode decodes anything as anything, twice with the same decoder so that
// fragments meet: it must not panic, and what comes out must hold together.
func FuzzDecode(f *testing.F) {
	for _, c := range layerCases() {
		f.Add(uint16(c.link), c.data, uint16(len(c.data)))
	}
	body := tcpSegment("a payload of forty bytes in three pieces.")
	f.Add(uint16(capture.LinkTypeRaw), piece4(6, body, 7, 0, 24), uint16(0))
	f.Add(uint16(capture.LinkTypeRaw), piece6(body, 7, 24, len(body)), uint16(0))
	f.Fuzz(func(t *testing.T, link uint16, data []byte, length uint16) {
		d := decode.New()
		var r decode.Result
		p := capture.Packet{Frame: 1, LinkType: capture.LinkType(link), OrigLen: max(int(length), len(data)), Data: data}
		for range 2 {
			d.Decode(&p, &r)
			for i := range r.Segments {
				checkSegment(t, &r.Segments[i])
			}
			for _, e := range r.ICMP {
				if e.Protocol != 6 && e.Protocol != 17 {
					t.Errorf("ICMP error quotes protocol %d", e.Protocol)
				}
			}
		}
	})
}
