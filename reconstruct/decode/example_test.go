package decode_test

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

func ExampleDecoder() {
	d := decode.New()
	p := capture.Packet{Frame: 1, LinkType: capture.LinkTypeRaw, OrigLen: len(inner4), Data: inner4}
	var r decode.Result
	d.Decode(&p, &r)
	for _, s := range r.Segments {
		fmt.Println(s.Src, ">", s.Dst, s.Flags, s.Len, "bytes")
	}
	// Output: 10.0.0.1:1111 > 10.0.0.2:2222 PSH,ACK 5 bytes
}
