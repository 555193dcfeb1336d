package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/filter"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// The types here are flags that parse and check themselves (pflag.Value).

type formatFlag struct{ table.Format }

func (f *formatFlag) Type() string { return "FORMAT" }

func (f *formatFlag) Set(s string) (err error) {
	f.Format, err = table.ParseFormat(s)
	return err
}

type viewFlag struct{ state.View }

func (f *viewFlag) Type() string { return "VIEW" }

func (f *viewFlag) Set(s string) (err error) {
	f.View, err = state.ParseView(s)
	return err
}

// connsFlag is a set of connection numbers, N[,N...].
type connsFlag struct{ numbers map[int]bool }

func (f *connsFlag) Type() string { return "N[,N...]" }

func (f *connsFlag) String() string {
	var list []string
	for _, n := range f.sorted() {
		list = append(list, strconv.Itoa(n))
	}
	return strings.Join(list, ",")
}

func (f *connsFlag) sorted() []int {
	list := make([]int, 0, len(f.numbers))
	for n := range f.numbers {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}

func (f *connsFlag) Set(s string) error {
	if f.numbers == nil {
		f.numbers = map[int]bool{}
	}
	for _, word := range strings.Split(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 0 {
			return fmt.Errorf("want connection numbers such as 0 or 2,5, got %q", word)
		}
		f.numbers[n] = true
	}
	return nil
}

type filterFlag struct {
	text string
	expr filter.Expr
}

func (f *filterFlag) Type() string   { return "EXPR" }
func (f *filterFlag) String() string { return f.text }

func (f *filterFlag) Set(s string) (err error) {
	f.text = s
	f.expr, err = filter.Parse(s)
	return err
}

// instantFlag is seconds after the first packet, or an absolute time.
type instantFlag struct {
	text string
	at   analyze.Instant
}

func (f *instantFlag) Type() string   { return "TIME" }
func (f *instantFlag) String() string { return f.text }

func (f *instantFlag) Set(s string) error {
	f.text = s
	if d, ok := parseSeconds(s); ok {
		f.at = analyze.Instant{Set: true, Relative: true, At: capture.Timestamp(d)}
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 1678 || t.Year() > 2261 {
		return fmt.Errorf("want seconds such as 1.5 or a time such as 2026-11-21T05:00:00Z, got %q", s)
	}
	f.at = analyze.Instant{Set: true, At: capture.Timestamp(t.UnixNano())}
	return nil
}

// windowFlag is a span of time over which rates are taken.
type windowFlag time.Duration

func (f *windowFlag) Type() string { return "DURATION" }

// String is empty where none was given, so that help shows no default.
func (f *windowFlag) String() string {
	if *f == 0 {
		return ""
	}
	return time.Duration(*f).String()
}

func (f *windowFlag) Set(s string) error {
	d, ok := parseSeconds(s)
	if !ok {
		d, _ = time.ParseDuration(s) // 0 if it is none
	}
	if d < time.Microsecond {
		return fmt.Errorf("want seconds such as 0.5 or a time such as 100ms, at least 1us, got %q", s)
	}
	*f = windowFlag(d)
	return nil
}

// parseSeconds reads decimal seconds exactly: a binary fraction would shift
// nanoseconds.
func parseSeconds(s string) (time.Duration, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if whole+fraction == "" || len(fraction) > 9 || len(whole) > 9 {
		return 0, false
	}
	n, err := strconv.ParseUint("0"+whole+fraction+strings.Repeat("0", 9-len(fraction)), 10, 64)
	return time.Duration(n), err == nil && n <= math.MaxInt64
}

// jobsFlag is a number of workers, from 1.
type jobsFlag int

func (f *jobsFlag) Type() string   { return "N" }
func (f *jobsFlag) String() string { return strconv.Itoa(int(*f)) }

func (f *jobsFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1024 {
		return fmt.Errorf("want a number from 1 to 1024, got %q", s)
	}
	*f = jobsFlag(n)
	return nil
}
