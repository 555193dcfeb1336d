package table

import (
	"fmt"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/capture"
)

// TcprttText writes histograms as tcprtt of libbpf-tools does.
type TcprttText struct {
	Files    bool // name each file
	Time     bool // with the time of day at which the interval ends, UTC
	Extended bool // with the average

	named bool
	last  int64 // interval of the latest histogram, with named
}

// Append appends one histogram. Where a value may be too short, its unit says so.
func (t *TcprttText) Append(b []byte, h *Trips) []byte {
	if !t.named {
		b = appendFileLine(b, t.Files, h.File)
	}
	if !t.named || h.Interval != t.last {
		b = t.appendTime(append(b, '\n'), h)
	}
	t.named, t.last = true, h.Interval
	b = append(b, [...]string{
		ebpf.AllAddresses: "All Addresses = ******", ebpf.ByLocal: "Local Address = ", ebpf.ByRemote: "Remote Address = ",
	}[h.Options.By]...)
	if h.Options.By != ebpf.AllAddresses {
		b = append(b, h.Address.String()...)
	}
	b = append(b, ' ')
	if t.Extended && h.N > 0 {
		b = fmt.Appendf(b, "[AVG %d]", h.mean())
	}
	b = append(b, '\n')
	if h.N == 0 {
		return fmt.Appendf(b, "no estimate at %d segments\n", h.Unknown)
	}
	return appendBars(b, h)
}

func (t *TcprttText) appendTime(b []byte, h *Trips) []byte {
	if !t.Time || h.Began == capture.NoTime || h.Options.Interval == 0 {
		return b
	}
	end := h.Began.Time().UTC().Add(h.when(h.Interval + 1))
	return fmt.Appendf(b, "%-8s\n", end.Format(time.TimeOnly))
}

// appendBars draws the slots, each with a bar of up to 40 stars.
func appendBars(b []byte, h *Trips) []byte {
	const stars = 40
	slots := h.slots()
	most := int64(0)
	for _, s := range slots {
		most = max(most, s.count)
	}
	unit := h.unit()[:1] + "secs"
	if h.AtLeast {
		unit = ">= " + unit
	}
	b = fmt.Appendf(b, "     %-19s : count    distribution\n", unit)
	for _, s := range slots {
		bar := strings.Repeat("*", int(s.count*stars/most))
		b = fmt.Appendf(b, "%10d -> %-10d : %-8d |%-*s|\n", s.low, s.high, s.count, stars, bar)
	}
	return b
}
