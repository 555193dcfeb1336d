package table

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/capture"
)

// Trips is a row about the round trips that a host measured.
type Trips struct {
	File    string
	Options *ebpf.TripOptions
	Began   capture.Timestamp // of the first packet
	*ebpf.Histogram
}

// slot is one power of two in a histogram.
type slot struct {
	low, high, count int64
}

// flatSlot is a slot with the histogram that it is of.
type flatSlot struct {
	trips *Trips
	slot
}

// slots returns those up to the last that is not empty, as tcprtt prints them.
func (t *Trips) slots() []slot {
	last := 0
	for i, n := range t.Slots {
		if n > 0 {
			last = i
		}
	}
	all := make([]slot, last+1)
	for i := range all {
		all[i] = slot{int64(1) << i, int64(1)<<(i+1) - 1, t.Slots[i]}
	}
	all[0].low = 0
	return all
}

// unit is the name of the unit of the values.
func (t *Trips) unit() string {
	if t.Options.Unit == time.Millisecond {
		return "ms"
	}
	return "us"
}

// when is the time at which an interval begins, since the capture's first packet.
func (t *Trips) when(interval int64) time.Duration {
	return time.Duration(interval) * t.Options.Interval
}

func tripsFields() fields[Trips] {
	type T = Trips
	return fields[T]{
		{Column{"file", "", "the capture, as it was named on the command line"}, func(t *T) Value { return text(t.File) }},
		{Column{"from_s", "s", "where the interval begins, after the capture's first packet; with -i"}, func(t *T) Value {
			return when(t.Options.Interval != 0, span(t.when(t.Interval)))
		}},
		{Column{"to_s", "s", "where it ends"}, func(t *T) Value { return when(t.Options.Interval != 0, span(t.when(t.Interval+1))) }},
		{Column{"laddr", "", "local address, with -b"}, func(t *T) Value { return when(t.Options.By == ebpf.ByLocal, text(t.Address.String())) }},
		{Column{"raddr", "", "remote address, with -B"}, func(t *T) Value { return when(t.Options.By == ebpf.ByRemote, text(t.Address.String())) }},
		{Column{"bound", "", "exact where all was captured at the host; at-least where some values are lower bounds"}, func(t *T) Value {
			return when(t.N > 0, text(t.bound()))
		}},
		{Column{"unit", "", "of the values: us, or with -m ms"}, func(t *T) Value { return text(t.unit()) }},
		{Column{"n", "segments", "received in ESTABLISHED, each with the smoothed round trip that it found"}, func(t *T) Value { return num(t.N) }},
		{Column{"mean", "us or ms", "of whole units, cut to one"}, func(t *T) Value { return when(t.N > 0, num(t.mean())) }},
		{Column{"unknown", "segments", "received before there was any estimate, and not counted"}, func(t *T) Value { return num(t.Unknown) }},
	}
}

func (t *Trips) bound() string {
	if t.AtLeast {
		return "at-least"
	}
	return "exact"
}

// mean is cut to a whole unit, as the tool's.
func (t *Trips) mean() int64 { return t.Sum / max(t.N, 1) }

func slotFields() fields[slot] {
	return fields[slot]{
		{Column{"low", "us or ms", "least value of the slot"}, func(s *slot) Value { return num(s.low) }},
		{Column{"high", "us or ms", "greatest value of the slot; the 27th holds what is greater too"}, func(s *slot) Value { return num(s.high) }},
		{Column{"count", "segments", "with a value in the slot"}, func(s *slot) Value { return num(s.count) }},
	}
}

// Tcprtt returns the table of histograms. It is for JSON; CSV and TSV have a
// row for each slot (see TcprttSlots).
func Tcprtt() *Table[Trips] {
	inner := newTable(JSON, slotFields())
	return newTable(JSON, append(tripsFields(), field[Trips]{
		Column{"slots", "", "powers of two up to the greatest value"},
		func(t *Trips) Value { return when(t.N > 0, list(nested[slot]{inner, t.slots()})) },
	}))
}

// TcprttSlots writes histograms flat, a row for each slot.
type TcprttSlots struct{ table *Table[flatSlot] }

// NewTcprttSlots returns the table of slots in CSV or TSV.
func NewTcprttSlots(format Format) *TcprttSlots {
	return &TcprttSlots{newTable(format, flatSlotFields())}
}

func flatSlotFields() fields[flatSlot] {
	all := lift(tripsFields(), func(f *flatSlot) *Trips { return f.trips })
	return append(all, lift(slotFields(), func(f *flatSlot) *slot { return &f.slot })...)
}

// Header appends the names of the columns.
func (t *TcprttSlots) Header(b []byte) []byte { return t.table.Header(b) }

// Append appends the rows of a histogram.
func (t *TcprttSlots) Append(b []byte, h *Trips) []byte {
	for _, s := range h.slots() {
		b = t.table.Append(b, &flatSlot{h, s})
	}
	return b
}
