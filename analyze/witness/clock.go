package witness

import (
	"strconv"
	"strings"
	"time"
)

// TimeKind says from when a Time counts.
type TimeKind uint8

// The kinds.
const (
	NoTime   TimeKind = iota
	Absolute          // from the epoch, in UTC
	OfDay             // from midnight, in a zone that is not known
	Since             // from a moment that is not known
)

// Time is when a tool says that something was so. The tools cut it off: it can
// have been up to Grain later.
type Time struct {
	Kind  TimeKind
	At    time.Duration
	Grain time.Duration
}

// layouts are those of date(1) and of ts(1) from moreutils, with their kind.
var layouts = [...]struct {
	layout string
	kind   TimeKind
}{
	{time.RFC3339Nano, Absolute},
	{"2006-01-02T15:04:05.999999999Z0700", Absolute},
	{"2006-01-02T15:04:05,999999999Z07:00", Absolute}, // date -Ins
	{"Mon Jan _2 15:04:05 MST 2006", OfDay},           // zones by name are not unique
	{"Mon Jan _2 15:04:05 PM MST 2006", OfDay},
	{"Mon _2 Jan 15:04:05 MST 2006", OfDay},
	{"Mon _2 Jan 2006 15:04:05 MST", OfDay},
	{"2006-01-02 15:04:05", OfDay},
	{"Jan _2 15:04:05", OfDay},
	{time.TimeOnly, OfDay},
}

// parseTime reads a whole text as a time.
func parseTime(s string) (t Time, ok bool) {
	if len(s) > 64 || !mayBeTime(s) {
		return t, false
	}
	if t, ok = epoch(s); ok {
		return t, true
	}
	for _, l := range layouts {
		at, err := time.Parse(l.layout, s)
		if err != nil {
			continue
		}
		if l.kind == Absolute || strings.Contains(s, " UTC") {
			return Time{Absolute, time.Duration(at.UnixNano()), grain(s)}, true
		}
		return Time{OfDay, sinceMidnight(at), grain(s)}, true
	}
	return t, false
}

// mayBeTime rules out at once what begins with no digit, day or month.
func mayBeTime(s string) bool {
	if len(s) < 8 {
		return false
	}
	const names = "MonTueWedThuFriSatSunJanFebMarAprMayJunJulAugSepOctNovDec"
	return s[0] >= '0' && s[0] <= '9' || strings.Contains(names, s[:3])
}

func sinceMidnight(t time.Time) time.Duration {
	return t.Sub(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location()))
}

// grain is a second unless the text has a fraction of one.
func grain(s string) time.Duration {
	if i := strings.IndexAny(s, ".,"); i >= 0 && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
		return 0
	}
	return time.Second
}

// epoch reads seconds since 1970, of ten digits with or without a fraction.
func epoch(s string) (t Time, ok bool) {
	whole, _, fraction := strings.Cut(s, ".")
	if len(whole) != 10 {
		return t, false
	}
	at, ok := parseDecimal(s, time.Second)
	if !ok {
		return t, false
	}
	t = Time{Absolute, time.Duration(at), time.Second}
	if fraction {
		t.Grain = 0
	}
	return t, true
}

// parseDecimal reads a decimal number, at least 0, of a unit: 40.310 with
// time.Millisecond is 40310000. Digits past the last place are cut.
func parseDecimal(s string, unit time.Duration) (n int64, ok bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if whole == "" || len(whole) > 12 || len(fraction) > 30 {
		return 0, false
	}
	v, err := strconv.ParseUint(whole, 10, 62)
	if err != nil || int64(v) > (1<<62)/int64(unit) {
		return 0, false
	}
	n = int64(v) * int64(unit)
	for place := int64(unit); fraction != ""; fraction = fraction[1:] {
		digit := fraction[0]
		if digit < '0' || digit > '9' {
			return 0, false
		}
		place /= 10
		n += int64(digit-'0') * place
	}
	return n, true
}

// stamped splits a line that begins with a time, as ts(1) writes them.
func stamped(line string) (t Time, rest string, ok bool) {
	for words, i := 0, 0; words < 3; words++ {
		space := strings.IndexByte(line[i:], ' ')
		if space < 0 {
			return t, line, false
		}
		i += space
		if t, ok = parseTime(line[:i]); ok && t.Kind != NoTime {
			return t, line[i+1:], true
		}
		i++
	}
	return t, line, false
}
