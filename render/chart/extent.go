package chart

import "math"

// hull is the smallest range that holds what was added.
type hull struct {
	Range
	any bool
}

func (h *hull) add(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	if !h.any {
		h.Range, h.any = Range{v, v}, true
		return
	}
	h.Lo, h.Hi = min(h.Lo, v), max(h.Hi, v)
}

// Extent is what the X axis shows, without the padding beside it.
func (f *Figure) Extent() Range {
	if !f.X.Range.Empty() {
		return f.X.Range
	}
	x := f.extent()
	if f.X.Zero {
		x.Lo, x.Hi = min(x.Lo, 0), max(x.Hi, 0)
	}
	return x
}

// extent is what the X axis has to show.
func (f *Figure) extent() Range {
	var h hull
	for i := range f.Panels {
		p := &f.Panels[i]
		for j := range p.Series {
			s := &p.Series[j]
			for k := range s.Points {
				h.add(s.Points[k].X)
				if s.Shape == Spans {
					h.add(s.Points[k].Low)
					h.add(s.Points[k].High)
				}
			}
		}
		for _, l := range p.Lanes {
			for _, s := range l.Spans {
				h.add(s.Lo - s.Early)
				h.add(s.Hi + s.Late)
			}
		}
	}
	return h.Range
}

// padding keeps markers off the sides; lanes alone need none.
func (f *Figure) padding() padding {
	for i := range f.Panels {
		if len(f.Panels[i].Series) > 0 {
			return padding{low: 0.015, high: 0.015}
		}
	}
	return padding{}
}

// guestShare is how far guests may stretch an axis.
const guestShare = 2.2

// extent is what the Y axis has to show while X is within a range.
func (p *Panel) extent(x Range) Range {
	var own, all hull
	for i := range p.Series {
		s := &p.Series[i]
		h := s.extent(x, p.Y.Log)
		if !h.any {
			continue
		}
		for _, v := range [...]float64{h.Lo, h.Hi} {
			all.add(v)
			if !s.Guest {
				own.add(v)
			}
		}
	}
	if !own.any {
		return all.Range
	}
	base := own.Lo
	if p.Y.Zero {
		base = min(base, 0)
	}
	if all.Hi-base > guestShare*(own.Hi-base) || p.Y.Log {
		return own.Range
	}
	return Range{own.Lo, max(own.Hi, all.Hi)}
}

// extent is what a series has of Y while X is within a range.
func (s *Series) extent(x Range, log bool) (h hull) {
	held := math.NaN() // by a step that began before the range
	for k := range s.Points {
		pt := &s.Points[k]
		switch {
		case s.Shape == Spans && (pt.High < x.Lo || pt.Low > x.Hi) || s.Shape != Spans && pt.X > x.Hi || log && pt.Y <= 0:
			continue
		case pt.X < x.Lo && s.Shape != Spans:
			held = pt.Y
			continue
		}
		if s.Shape != Bars {
			h.add(pt.Y)
		}
		if s.Shape == Bars || s.Shape == Quartiles {
			h.add(pt.Low)
			h.add(pt.High)
		}
	}
	if s.Shape == Steps && !(log && held <= 0) {
		h.add(held)
	}
	return h
}

// beyond tells that nothing of a series is within the axes, and what its least
// value is.
func (s *Series) beyond(x, y *ruler) (least float64, beyond bool) {
	h := s.extent(Range{x.lo, x.hi}, y.axis.Log)
	return h.Lo, h.any && h.Lo > y.hi
}
