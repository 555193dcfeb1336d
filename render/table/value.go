package table

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/capture"
)

// kind says which field of a Value counts.
type kind uint8

const (
	unknown kind = iota
	number
	tenths
	millis
	seconds
	instant
	word
	listed
)

// Value is one cell. The zero value is unknown: absent in JSON, empty in CSV.
// It is small, since some hundred columns make one for each row.
type Value struct {
	kind   kind
	number int64 // also tenths, microseconds and nanoseconds
	word   string
	list   rows
}

// rows is a list inside a cell.
type rows interface {
	appendJSON(b []byte) []byte
	// appendFlat writes the list into one cell, joined by sep, which no name in
	// it holds.
	appendFlat(b []byte, sep byte) []byte
}

// words is a list of names.
type words []string

func (w words) appendJSON(b []byte) []byte {
	b = append(b, '[')
	for i, name := range w {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, name)
	}
	return append(b, ']')
}

func (w words) appendFlat(b []byte, sep byte) []byte {
	for i, name := range w {
		if i > 0 {
			b = append(b, sep)
		}
		b = append(b, name...)
	}
	return b
}

// kinds is a list of small numbers.
type kinds []uint8

func (k kinds) appendJSON(b []byte) []byte { return append(k.appendFlat(append(b, '['), ','), ']') }

func (k kinds) appendFlat(b []byte, sep byte) []byte {
	for i, n := range k {
		if i > 0 {
			b = append(b, sep)
		}
		b = strconv.AppendUint(b, uint64(n), 10)
	}
	return b
}

func num[N ~int | ~int64 | ~uint8 | ~uint16 | ~uint32](n N) Value {
	return Value{kind: number, number: int64(n)}
}

func text(s string) Value { return Value{kind: word, word: s} }

func names(list []string) Value { return Value{kind: listed, list: words(list)} }

func numbers(all []uint8) Value { return Value{kind: listed, list: kinds(all)} }

func span(d time.Duration) Value { return Value{kind: seconds, number: int64(d)} }

// rounded is a measurement of which one place after the point is enough.
func rounded(v float64) Value {
	return Value{kind: tenths, number: int64(math.Round(10 * v))}
}

// share is part of whole, between 0 and 1 with up to four places; unknown where
// there is no whole.
func share(part, whole int64) Value {
	if whole <= 0 {
		return Value{}
	}
	const places = 1e4
	return Value{kind: seconds, number: int64(math.Round(float64(part)/float64(whole)*places)) * (1e9 / places)}
}

func list(r rows) Value { return Value{kind: listed, list: r} }

// moment is a time on the clock, unknown for a packet without one.
func moment(t capture.Timestamp) Value {
	if t == capture.NoTime {
		return Value{}
	}
	return Value{kind: instant, number: int64(t)}
}

// when gives v only if it is known.
func when(known bool, v Value) Value {
	if !known {
		return Value{}
	}
	return v
}

// frame is a frame number, of which 0 means that there is none.
func frame(n capture.FrameNumber) Value { return when(n != 0, num(n)) }

func (v *Value) appendJSON(b []byte) []byte {
	switch v.kind {
	case instant:
		b = append(b, '"')
		return append(appendInstant(b, v.number), '"')
	case listed:
		return v.list.appendJSON(b)
	case unknown, word:
		return appendQuoted(b, v.word)
	}
	return v.appendNumber(b)
}

// appendNumber writes a number or a time in its unit.
func (v *Value) appendNumber(b []byte) []byte {
	switch v.kind {
	case tenths:
		return appendTenths(b, v.number)
	case millis:
		return appendMillis(b, v.number)
	case seconds:
		return appendSeconds(b, time.Duration(v.number))
	}
	return strconv.AppendInt(b, v.number, 10)
}

// plain tells whether nothing in the text of the value needs quotes in any
// format: it is a number or a time.
func (v *Value) plain() bool { return v.kind < word }

// appendFlat writes the value for a cell of CSV or TSV, not yet quoted. Lists
// are joined by spaces.
func (v *Value) appendFlat(b []byte) []byte {
	switch v.kind {
	case instant:
		return appendInstant(b, v.number)
	case listed:
		return v.list.appendFlat(b, ' ')
	case unknown, word:
		return append(b, v.word...)
	}
	return v.appendNumber(b)
}

// appendSeconds writes a duration as decimal seconds with as many places as it
// needs, nine at most. It goes by way of integers: a binary fraction would
// shift nanoseconds.
func appendSeconds(b []byte, d time.Duration) []byte {
	n := uint64(d)
	if d < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendUint(b, n/1e9, 10)
	rest := n % 1e9
	if rest == 0 {
		return b
	}
	var digits [10]byte
	digits[0] = '.'
	end := 1
	for i := 9; i > 0; i-- {
		digits[i] = '0' + byte(rest%10)
		rest /= 10
		if end == 1 && digits[i] != '0' {
			end = i + 1
		}
	}
	return append(b, digits[:end]...)
}

// appendTenths writes n/10, n being at least 0, with its one place.
func appendTenths(b []byte, n int64) []byte {
	return append(strconv.AppendInt(b, n/10, 10), '.', '0'+byte(n%10))
}

// appendMillis writes microseconds as milliseconds, with three places.
func appendMillis(b []byte, n int64) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = append(strconv.AppendInt(b, n/1000, 10), '.')
	return append(b, '0'+byte(n/100%10), '0'+byte(n/10%10), '0'+byte(n%10))
}

const instantLayout = "2006-01-02T15:04:05.000000000Z07:00"

func appendInstant(b []byte, nanos int64) []byte {
	return capture.Timestamp(nanos).Time().AppendFormat(b, instantLayout)
}

// appendQuoted writes a JSON string (RFC 8259 section 7). File names may hold
// any bytes; those that are not UTF-8 become U+FFFD.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		if r >= ' ' && r != '"' && r != '\\' && r != 0x7f && !(r == utf8.RuneError && size == 1) {
			i += size
			continue
		}
		b = append(b, s[from:i]...)
		b = appendEscape(b, r)
		i += size
		from = i
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

func appendEscape(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, `\n`...)
	case '\t':
		return append(b, `\t`...)
	}
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
