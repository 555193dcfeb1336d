package pcapfile

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/flowstate-tcp/flowstate/capture"
)

const nanos = 1_000_000_000 // in a second

// clock turns the time units of a pcapng interface into a Timestamp, without
// rounding other than to the nanosecond below.
type clock struct {
	resolution byte  // if_tsresol: 10^-n, or 2^-n where the top bit is set
	offset     int64 // if_tsoffset: seconds to add
	// factor and limit serve the usual clocks, with up to 9 decimal places and
	// no offset: nanoseconds a unit, and the largest count that fits.
	factor, limit uint64
}

func newClock(resolution byte, offset int64) clock {
	c := clock{resolution: resolution, offset: offset}
	if resolution <= 9 && offset == 0 {
		c.factor = pow10(9 - resolution)
		c.limit = math.MaxInt64 / c.factor
	}
	return c
}

// pow10 returns 10^n, for n up to 19.
func pow10(n byte) uint64 {
	v := uint64(1)
	for range n {
		v *= 10
	}
	return v
}

// timestamp returns the time of a count of units. It reports false for a time
// that a Timestamp cannot hold (before 1678 or after 2262): then it is the
// nearest it can or, if the count read as a signed number gives a time in
// range, that time, for some writers do count backwards from 1970.
func (c *clock) timestamp(units uint64) (capture.Timestamp, bool) {
	if units <= c.limit && c.factor != 0 {
		return capture.Timestamp(units * c.factor), true
	}
	t, ok := c.at(units, 1)
	if ok || int64(units) >= 0 {
		return t, ok
	}
	if before, ok := c.at(-units, -1); ok {
		return before, false
	}
	return t, false
}

// at returns the time of sign*units, or the nearest that a Timestamp can hold.
func (c *clock) at(units uint64, sign int64) (capture.Timestamp, bool) {
	const far = math.MaxInt64 / nanos // seconds that a Timestamp holds
	sec, nsec := c.split(units)
	whole := addSaturating(sign*int64(min(sec, math.MaxInt64)), c.offset)
	switch {
	case whole >= far:
		return math.MaxInt64, false
	case whole <= -far:
		return capture.NoTime + 1, false
	}
	return capture.Timestamp(whole*nanos + sign*int64(nsec)), true
}

// split returns whole seconds, and nanoseconds below one.
func (c *clock) split(units uint64) (sec, nsec uint64) {
	n := c.resolution &^ 0x80
	switch {
	case c.resolution&0x80 == 0 && n > 19+9: // less than a nanosecond, whatever the count
		return 0, 0
	case c.resolution&0x80 == 0 && n > 9:
		ns := units
		for ; n > 9; n-- { // 10^(n-9) may not fit 64 bits
			ns /= 10
		}
		return ns / nanos, ns % nanos
	case c.resolution&0x80 == 0:
		per := pow10(n)
		return units / per, units % per * (nanos / per)
	}
	if n < 64 {
		sec = units >> n
		units -= sec << n
	}
	hi, lo := bits.Mul64(units, nanos) // less than 2^(n+30)
	if n >= 64 {
		return 0, hi >> (n - 64)
	}
	return sec, hi<<(64-n) | lo>>n
}

func addSaturating(a, b int64) int64 {
	sum := a + b
	switch {
	case a > 0 && b > 0 && sum < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && sum >= 0:
		return math.MinInt64
	}
	return sum
}

// finer tells whether c has smaller units than other.
func (c *clock) finer(other *clock) bool { return c.unitSeconds() < other.unitSeconds() }

func (c *clock) unitSeconds() float64 {
	n := float64(c.resolution &^ 0x80)
	if c.resolution&0x80 != 0 {
		return math.Exp2(-n)
	}
	return math.Pow(10, -n)
}

// unit names the resolution as Format prints it.
func (c *clock) unit() string {
	switch c.resolution {
	case 0:
		return "s"
	case 3:
		return "ms"
	case 6:
		return "us"
	case 9:
		return "ns"
	case 12:
		return "ps"
	}
	if c.resolution&0x80 != 0 {
		return fmt.Sprintf("2^-%d", c.resolution&^0x80)
	}
	return fmt.Sprintf("10^-%d", c.resolution)
}
