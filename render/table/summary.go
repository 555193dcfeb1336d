package table

import (
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Summary returns the table of connections in a format other than Text.
func Summary(format Format) *Table[Connection] { return newTable(format, summaryFields()) }

func summaryFields() fields[Connection] {
	all := fields[Connection]{schema[Connection]("flowstate.summary/1")}
	all = append(all, identity()...)
	all = append(all, story()...)
	all = append(all, field[Connection]{Column{"handshake_rtt_s", "s", "round trip of the handshake, where none of its segments was sent twice"}, func(c *Connection) Value {
		return when(c.States.HandshakeRTT > 0, span(c.States.HandshakeRTT))
	}})
	all = append(all, placeFields()...)
	all = append(all, healthFields()...)
	all = append(all, phaseFields()...)
	all = append(all, agreedFields()...)
	for _, side := range reconstruct.Sides {
		all = append(all, ends(side)...)
		all = append(all, sideFields(side)...)
		all = append(all, behaviourFields(side)...)
	}
	return append(all, findings(func(c *Connection) []finding.Finding { return c.Connection.Findings }))
}

// sideFields are the columns about what one side sent.
func sideFields(side reconstruct.Side) fields[Connection] {
	var all fields[Connection]
	add := func(name, unit, meaning string, of func(h *reconstruct.Half) Value) {
		all = append(all, field[Connection]{
			Column{side.String() + "." + name, unit, meaning},
			func(c *Connection) Value { return of(&c.Half[side]) },
		})
	}
	add("packets", "packets", "sent, as the capture holds them", func(h *reconstruct.Half) Value { return num(h.Packets) })
	add("payload_bytes", "bytes", "payload sent, copies included", func(h *reconstruct.Half) Value { return num(h.Payload) })
	add("unique_bytes", "bytes", "payload sent, each byte of the stream once", func(h *reconstruct.Half) Value { return num(h.Unique) })
	add("retransmitted_bytes", "bytes", "payload that had passed before", func(h *reconstruct.Half) Value { return num(h.Retransmitted) })
	all = append(all, causeFields(side)...)
	add("out_of_order", "packets", "segments that fill a hole left by earlier ones", func(h *reconstruct.Half) Value { return num(h.Counts[reconstruct.OutOfOrder]) })
	add("duplicates", "packets", "the same packet recorded again", func(h *reconstruct.Half) Value { return num(h.Counts[reconstruct.Duplicate]) })
	all = append(all, rttFields(side)...)
	all = append(all, flightFields(side)...)
	all = append(all, limitFields(side)...)
	all = append(all, windowFields(side)...)
	add("mss", "bytes", "maximum segment size that it offered", func(h *reconstruct.Half) Value {
		return when(h.Options.Set&decode.OptMSS != 0, num(h.Options.MSS))
	})
	add("options", "", "TCP options of its first SYN", func(h *reconstruct.Half) Value {
		offered := OptionNames(h.Options.Set)
		return when(h.SYNWhole || len(offered) > 0, names(offered))
	})
	add("options_kinds", "", "their IANA kind numbers, in the same order; of several without a name the first", func(h *reconstruct.Half) Value {
		return when(h.SYNWhole || h.Options.Set != 0, numbers(optionKinds(&h.Options)))
	})
	all = append(all, rateFields(side)...)
	return all
}
