package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/flowstate-tcp/flowstate/analyze/join"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/live"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// merge writes the packets of both captures into one, on the clock of A.
func (j *joiner) merge(out io.Writer) error {
	section := live.Section{Comment: fmt.Sprintf("joined by flowstate from a: %s and b: %s, on the clock of a", j.files[0], j.files[1])}
	for tap, list := range j.interfaces {
		for i, n := range list {
			n.Name = join.Tap(tap).String() + ":" + interfaceName(i, n)
			section.Interfaces = append(section.Interfaces, n)
		}
	}
	w, err := live.NewWriter(out, section)
	if err != nil {
		return err
	}
	return j.again(func(a, b *pcapfile.Reader) error {
		heads := [2]head{{reader: a}, {reader: b}}
		for tap := range heads {
			if err := heads[tap].next(join.Tap(tap), &j.Clock); err != nil {
				return err
			}
		}
		for heads[0].more || heads[1].more {
			tap := earlier(&heads)
			packet := &heads[tap].packet
			if tap == join.B {
				packet.Interface += len(j.interfaces[0])
			}
			if err := w.WritePacket(packet); err != nil {
				return err
			}
			if err := heads[tap].next(tap, &j.Clock); err != nil {
				return err
			}
		}
		return w.Flush()
	})
}

// head is the next packet of a capture.
type head struct {
	reader *pcapfile.Reader
	packet capture.Packet
	more   bool
	last   capture.Timestamp // of the packets before, for those without a time
}

func (h *head) next(tap join.Tap, c *join.Clock) error {
	err := h.reader.Next(&h.packet)
	h.more = err == nil
	if errors.Is(err, io.EOF) {
		return nil
	}
	if h.packet.Time = c.Joined(tap, h.packet.Frame, h.packet.Time); h.packet.Time == capture.NoTime {
		h.packet.Time = h.last
	}
	h.last = h.packet.Time
	return err
}

// earlier tells whose packet is next.
func earlier(heads *[2]head) join.Tap {
	a, b := &heads[0], &heads[1]
	if !a.more || b.more && b.packet.Time < a.packet.Time {
		return join.B
	}
	return join.A
}
