package chart

import (
	"math"
	"strconv"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// ruler maps the values of an axis to lengths on the page, and knows its ticks.
type ruler struct {
	axis   *Axis
	lo, hi float64 // values at the ends
	a, b   float64 // lengths there
	unit   scaled
	base   float64 // taken off the numbers at the ticks
	ticks  []tick
}

// tick is a place with a number.
type tick struct {
	value float64
	text  string
	minor bool // without a number
}

// stand puts a Y axis between two heights.
func (r *ruler) stand(top, bottom float64) {
	r.a, r.b = bottom, top
	if r.axis.Down {
		r.a, r.b = top, bottom
	}
}

// at returns where a value lies.
func (r *ruler) at(v float64) float64 {
	lo, hi := r.lo, r.hi
	if r.axis.Log {
		lo, hi, v = math.Log10(lo), math.Log10(hi), math.Log10(v)
	}
	return r.a + (v-lo)/(hi-lo)*(r.b-r.a)
}

// padding widens the range of an axis, as shares of it. With flush, an axis
// that is to show 0 begins there.
type padding struct {
	low, high float64
	flush     bool
}

// newRuler makes the ruler of an axis for values within a range. It is widened
// where the axis does not fix it.
func newRuler(axis *Axis, data Range, pad padding) *ruler {
	r := &ruler{axis: axis, lo: data.Lo, hi: data.Hi}
	if !axis.Range.Empty() {
		r.lo, r.hi = axis.Range.Lo, axis.Range.Hi
	} else {
		r.widen(pad)
	}
	r.unit = axis.Unit.fit(max(math.Abs(r.lo), math.Abs(r.hi)))
	r.chooseBase()
	return r
}

func (r *ruler) widen(pad padding) {
	if r.axis.Log {
		least := smallest[r.axis.Unit] / 1000 // less is nothing
		if r.hi <= least {
			r.lo, r.hi = 1, 10
		}
		if r.lo <= least {
			r.lo = r.hi / 1000
		}
		if r.lo == r.hi {
			r.lo, r.hi = r.lo/2, r.hi*2
		}
		f := math.Pow(r.hi/r.lo, 0.04)
		r.lo, r.hi = r.lo/f, r.hi*f
		return
	}
	if r.axis.Zero {
		r.lo, r.hi = min(r.lo, 0), max(r.hi, 0)
	}
	if r.lo == r.hi {
		half := max(math.Abs(r.lo)*0.05, smallest[r.axis.Unit])
		if r.lo != 0 || !r.axis.Zero {
			r.lo -= half
		}
		r.hi += half
	}
	span := r.hi - r.lo
	if !pad.flush || !r.axis.Zero || r.lo != 0 {
		r.lo -= pad.low * span
	}
	if !pad.flush || !r.axis.Zero || r.hi != 0 {
		r.hi += pad.high * span
	}
}

// smallest is how far an axis reaches at least about a single value.
var smallest = [...]float64{None: 1, Seconds: 1e-6, Bytes: 10, BitsPerSecond: 10, Percent: 0.01}

// chooseBase takes a round number off those at the ticks, where these would
// differ in their last digits only.
func (r *ruler) chooseBase() {
	span := r.hi - r.lo
	if r.axis.Log && r.hi >= 10*r.lo || span <= 0 || len(r.axis.Ticks) > 0 || max(math.Abs(r.lo), math.Abs(r.hi)) < 3000*span {
		return
	}
	grain := math.Pow(10, math.Ceil(math.Log10(span)))
	r.base = math.Floor(r.lo/grain) * grain
	r.unit = r.axis.Unit.fit(max(math.Abs(r.lo-r.base), math.Abs(r.hi-r.base)))
}

// title is the axis with its unit, such as "Round-trip time (ms)".
func (r *ruler) title() string {
	label := r.axis.Label
	if r.base != 0 {
		unit := r.axis.Unit.fit(math.Abs(r.base))
		label += " from " + strconv.FormatFloat(r.base/unit.scale, 'f', -1, 64)
		if unit.name != "" {
			label += " " + unit.name
		}
	}
	if r.unit.name == "" {
		return label
	}
	return label + " (" + r.unit.name + ")"
}

// mark sets the ticks: the closest ones on the 1-2-5 ladder whose numbers do
// not meet. room tells how much of the axis a number takes, in points.
func (r *ruler) mark(room func(text string) float64) {
	r.ticks = r.ticks[:0]
	switch {
	case len(r.axis.Names) > 0:
		r.namedTicks()
		return
	case len(r.axis.Ticks) > 0:
		r.givenTicks()
		return
	case r.axis.Log && r.decades(room):
		return
	}
	length := math.Abs(r.b - r.a)
	span := (r.hi - r.lo) / r.unit.scale
	if span <= 0 || math.IsNaN(span) || math.IsInf(span, 0) {
		return
	}
	whole := r.axis.Whole || r.axis.Unit == Bytes && r.unit.scale == 1
	for exp := int(math.Floor(math.Log10(span))) - 2; ; exp++ {
		for _, digit := range [...]float64{1, 2, 5} {
			step := digit * math.Pow(10, float64(exp))
			if whole && step < 1 || span/step > maxTicks {
				continue
			}
			if r.every(step, max(0, -exp), room, length) {
				return
			}
		}
	}
}

// maxTicks is more than any axis has.
const maxTicks = 200

// every sets ticks at the multiples of a step, and tells whether their numbers
// leave each other room.
func (r *ruler) every(step float64, decimals int, room func(string) float64, length float64) bool {
	lo, hi := (r.lo-r.base)/r.unit.scale, (r.hi-r.base)/r.unit.scale
	const slack = 1e-9
	r.ticks = r.ticks[:0]
	widest := 0.0
	from := math.Ceil(lo/step - slack)
	for i := range maxTicks {
		k := from + float64(i)
		if k*step > hi+slack*step {
			break
		}
		text := number(k*step, decimals)
		widest = max(widest, room(text))
		r.ticks = append(r.ticks, tick{value: k*step*r.unit.scale + r.base, text: text})
	}
	return widest <= step/(hi-lo)*length || len(r.ticks) <= 1
}

// decades sets the ticks of a logarithmic axis that spans a decade at least.
func (r *ruler) decades(room func(string) float64) bool {
	lo, hi := math.Log10(r.lo), math.Log10(r.hi)
	if hi-lo < 1 {
		return false
	}
	perDecade := math.Abs(r.b-r.a) / (hi - lo)
	every := math.Ceil(room("1000") / perDecade)
	for e := math.Floor(lo); e <= hi; e++ {
		for digit := 1.0; digit < 10; digit++ {
			v := digit * math.Pow(10, e)
			if v < r.lo || v > r.hi {
				continue
			}
			text := ""
			if digit == 1 && math.Mod(e, every) == 0 || (digit == 2 || digit == 5) && perDecade > 5*room("1000") {
				text = strconv.FormatFloat(v/r.unit.scale, 'g', 6, 64)
			}
			r.ticks = append(r.ticks, tick{v, text, text == ""})
		}
	}
	return true
}

func (r *ruler) givenTicks() {
	for _, v := range r.axis.Ticks {
		if v >= r.lo && v <= r.hi {
			r.ticks = append(r.ticks, tick{value: v, text: strconv.FormatFloat(v/r.unit.scale, 'g', 6, 64)})
		}
	}
}

func (r *ruler) namedTicks() {
	for i, name := range r.axis.Names {
		if v := float64(i); v >= r.lo && v <= r.hi {
			r.ticks = append(r.ticks, tick{value: v, text: scene.Clean(name)})
		}
	}
}
