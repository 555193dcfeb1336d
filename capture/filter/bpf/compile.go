package bpf

import (
	"fmt"

	xbpf "golang.org/x/net/bpf"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/filter"
)

// WholePacket is the snapshot length that stands for no limit, tcpdump's own.
const WholePacket = 262144

// maxInstructions is what Linux takes, BPF_MAXINSNS.
const maxInstructions = 4096

// Compile makes the program for packets of a link type. The expression nil
// selects every packet; a snapLen of 0 is WholePacket.
func Compile(e filter.Expr, link capture.LinkType, snapLen int) ([]xbpf.RawInstruction, error) {
	layer, known := linkLayers[link]
	if !known {
		return nil, fmt.Errorf("filter: not for link type %s, only for %v", link, LinkTypes())
	}
	return compile(e, layer, snapLen)
}

// CompileCooked makes the program for a datagram packet socket of Linux, whose
// packets have no link layer. There alone it works: it asks the kernel for the
// protocol.
func CompileCooked(e filter.Expr, snapLen int) ([]xbpf.RawInstruction, error) {
	return compile(e, cooked, snapLen)
}

func compile(e filter.Expr, link linkLayer, snapLen int) ([]xbpf.RawInstruction, error) {
	switch {
	case snapLen < 0:
		return nil, fmt.Errorf("filter: a snapshot length of %d", snapLen)
	case snapLen == 0:
		snapLen = WholePacket
	}
	c := compiler{link: link}
	no := c.put(xbpf.RetConstant{Val: 0})
	yes := c.put(xbpf.RetConstant{Val: uint32(snapLen)})
	forward := c.from(c.expr(e, yes, no))
	if n := len(forward); n > maxInstructions {
		return nil, fmt.Errorf("filter: the expression takes %d instructions and the kernel accepts %d (hint: net and portrange instead of lists)", n, maxInstructions)
	}
	return xbpf.Assemble(forward)
}
