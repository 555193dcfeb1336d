package diagram_test

import (
	"bytes"
	"fmt"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/diagram"
)

func ExampleRenderer_Render() {
	r, err := diagram.NewRenderer()
	if err != nil {
		fmt.Println(err)
		return
	}
	path := state.Path{
		{From: state.Closed, To: state.SynSent, Cause: state.Sent, Flags: decode.SYN, Call: "connect()", Certainty: state.Proven},
		{From: state.SynSent, To: state.Closed, Cause: state.Received, Flags: decode.RST | decode.ACK, Certainty: state.Strong},
	}
	g := diagram.New("10.0.0.1:40000 → 10.0.0.2:80, refused",
		diagram.Walk{Side: reconstruct.Client, Steps: state.ViewRFC.Tell(path)})
	var svg bytes.Buffer
	if err := r.Render(g, diagram.FormatSVG, &svg); err != nil {
		fmt.Println(err)
	}
	fmt.Println(bytes.Contains(svg.Bytes(), []byte(">rcv RST,ACK</text>")))
	// Output: true
}
