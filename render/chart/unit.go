package chart

import (
	"math"
	"strconv"
)

// Unit is what the values of an axis are measured in.
type Unit uint8

// The units. Values are always in the unit itself; prefixes are put at drawing.
const (
	None Unit = iota // a plain number
	Seconds
	Bytes
	BitsPerSecond
	Percent // of values from 0 to 1
)

var unitNames = [...]string{None: "", Seconds: "s", Bytes: "bytes", BitsPerSecond: "bit/s", Percent: "%"}

// String returns the unit's name in a CSV.
func (u Unit) String() string { return unitNames[u] }

// scaled is a unit with a prefix, fit for the values of an axis.
type scaled struct {
	name  string
	scale float64 // of the unit in one of these
}

// The prefixes of each unit, largest first, with the value from which on they
// are used.
var prefixes = [...][]struct {
	from float64
	scaled
}{
	None:          {{0, scaled{"", 1}}},
	Seconds:       {{3 * 86400, scaled{"d", 86400}}, {3 * 3600, scaled{"h", 3600}}, {1, scaled{"s", 1}}, {1e-3, scaled{"ms", 1e-3}}, {1e-6, scaled{"µs", 1e-6}}, {0, scaled{"ns", 1e-9}}},
	Bytes:         {{2e9, scaled{"GB", 1e9}}, {2e6, scaled{"MB", 1e6}}, {1e4, scaled{"kB", 1e3}}, {0, scaled{"B", 1}}},
	BitsPerSecond: {{1e9, scaled{"Gbit/s", 1e9}}, {1e6, scaled{"Mbit/s", 1e6}}, {1e3, scaled{"kbit/s", 1e3}}, {0, scaled{"bit/s", 1}}},
	Percent:       {{0, scaled{"%", 1e-2}}},
}

// fit returns the unit with the prefix for values up to most.
func (u Unit) fit(most float64) scaled {
	for _, p := range prefixes[u] {
		if math.Abs(most) >= p.from*(1-1e-9) {
			return p.scaled
		}
	}
	return prefixes[u][len(prefixes[u])-1].scaled
}

// Format writes a value with three digits and the prefix that fits it, such as
// "1.45 MB".
func (u Unit) Format(v float64) string {
	s := u.fit(v)
	text := strconv.FormatFloat(v/s.scale, 'g', 3, 64)
	if math.Abs(v/s.scale) >= 100 {
		text = strconv.FormatFloat(math.Round(v/s.scale), 'f', 0, 64)
	}
	if s.name == "" {
		return text
	}
	return text + " " + s.name
}

// number writes a tick's value with so many decimals.
func number(v float64, decimals int) string {
	if math.Abs(v) < math.Pow(10, -float64(decimals))/2 {
		v = 0 // not -0
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}
