package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// options tells what both SYNs offered and what both have in common.
func (t *teller) options() (lines []string) {
	for _, side := range reconstruct.Sides {
		h := &t.Half[side]
		switch {
		case !h.SYNSeen:
			lines = append(lines, fmt.Sprintf("No SYN of the %s was captured, so its options are not known.", side))
		case !h.SYNWhole:
			lines = append(lines, fmt.Sprintf("The SYN of the %s was not captured whole. It has at least: %s.", side, offered(h)))
		default:
			lines = append(lines, fmt.Sprintf("The SYN of the %s has: %s.", side, offered(h)))
		}
	}
	c, s := &t.Half[reconstruct.Client], &t.Half[reconstruct.Server]
	if !c.SYNWhole || !s.SYNWhole {
		return lines
	}
	both := table.OptionNames(c.Options.Set & s.Options.Set)
	lines = append(lines, "In common: "+orNone(both)+".")
	if set := c.Options.Set & s.Options.Set; set&decode.OptWindowScale != 0 {
		lines = append(lines, "Both offer Window-Scale, so it holds both ways: outside SYNs, each side's window is its header field times 2 to the power of its own shift count (RFC 7323 2.2).")
	} else {
		lines = append(lines, "Not both offer Window-Scale, so no window is scaled (RFC 7323 2.2).")
	}
	if c.Options.Set&s.Options.Set&decode.OptTimestamps != 0 {
		lines = append(lines, "Both send Timestamps, so every later segment but a reset has to carry them (RFC 7323 3.2).")
	}
	for _, side := range reconstruct.Sides {
		h := &t.Half[side]
		if h.Options.Set&decode.OptMSS != 0 {
			lines = append(lines, fmt.Sprintf("MSS is no agreement: the %s says that it takes up to %d octets in a segment, data and TCP options together (RFC 9293 3.7.1, RFC 6691).", side, h.Options.MSS))
		} else {
			lines = append(lines, fmt.Sprintf("The %s sends no MSS, so its peer takes it to be 536 for IPv4 and 1220 for IPv6 (RFC 9293 3.7.1).", side))
		}
	}
	return lines
}

func offered(h *reconstruct.Half) string {
	list := table.OptionNames(h.Options.Set)
	for i, name := range list {
		switch name {
		case "MSS":
			list[i] = fmt.Sprintf("MSS %d", h.Options.MSS)
		case "Window-Scale":
			list[i] = fmt.Sprintf("Window-Scale with shift count %d", h.Options.WindowScale)
		}
	}
	return orNone(list)
}

func orNone(list []string) string {
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}
