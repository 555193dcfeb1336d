package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// The types here are flags of a lab that parse and check themselves.

type labValue interface{ pflag.Value }

// backendFlag is the name of a link's back end, or auto.
type backendFlag string

func backends() []string { return []string{link.Auto, "netem", "uml", "emulated", "simulated"} }

func (f *backendFlag) Type() string   { return "BACKEND" }
func (f *backendFlag) String() string { return string(*f) }

func (f *backendFlag) Set(s string) error {
	if !slices.Contains(backends(), s) {
		return fmt.Errorf("no link is called %q: want %s", s, strings.Join(backends(), ", "))
	}
	*f = backendFlag(s)
	return nil
}

// millisFlag is a time; a plain number is milliseconds.
type millisFlag time.Duration

func (f *millisFlag) Type() string { return "MS" }

func (f *millisFlag) String() string {
	if *f == 0 {
		return "" // so that the help shows no default
	}
	return time.Duration(*f).String()
}

func (f *millisFlag) Set(s string) error {
	d, err := parseMillis(s)
	*f = millisFlag(d)
	return err
}

func parseMillis(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil && n >= 0 && n < 1e9 {
		return time.Duration(math.Round(n * 1e6)), nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("want milliseconds such as 20, or a time such as 500us, got %q", s)
	}
	return d, nil
}

// percentFlag is a share, in per cent.
type percentFlag float64

func (f *percentFlag) Type() string { return "PERCENT" }

func (f *percentFlag) String() string {
	if *f == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(*f)*100, 'g', -1, 64)
}

func (f *percentFlag) Set(s string) error {
	n, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
	if s == "" {
		n, err = 0, nil
	}
	if err != nil || !(n >= 0 && n <= 100) {
		return fmt.Errorf("want per cent such as 1 or 0.5%%, got %q", s)
	}
	*f = percentFlag(n / 100)
	return nil
}

// rateFlag is bits a second, with tc's endings.
type rateFlag int64

func (f *rateFlag) Type() string { return "RATE" }

func (f *rateFlag) String() string {
	if *f == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*f), 10)
}

func (f *rateFlag) Set(s string) error {
	text, factor := strings.TrimSuffix(strings.ToLower(s), "bit"), 1.0
	for _, unit := range []struct {
		ending string
		factor float64
	}{{"k", 1e3}, {"m", 1e6}, {"g", 1e9}} {
		if strings.HasSuffix(text, unit.ending) {
			text, factor = strings.TrimSuffix(text, unit.ending), unit.factor
		}
	}
	n, err := strconv.ParseFloat(text, 64)
	if s == "" {
		n, err = 0, nil
	}
	if err != nil || !(n >= 0 && n*factor < 1e15) {
		return fmt.Errorf("want bits a second such as 10mbit, got %q", s)
	}
	*f = rateFlag(n * factor)
	return nil
}

// countFlag is a number of things.
type countFlag int

func (f *countFlag) Type() string { return "N" }

func (f *countFlag) String() string {
	if *f == 0 {
		return ""
	}
	return strconv.Itoa(int(*f))
}

func (f *countFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if s == "" {
		n, err = 0, nil
	}
	if err != nil || n < 0 {
		return fmt.Errorf("want a number, got %q", s)
	}
	*f = countFlag(n)
	return nil
}

// sizeFlag is bytes, with K, M and G for powers of 1024.
type sizeFlag int64

func (f *sizeFlag) Type() string { return "BYTES" }

func (f *sizeFlag) String() string {
	if *f == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*f), 10)
}

func (f *sizeFlag) Set(s string) error {
	digits := strings.TrimRight(s, "KMGkmg")
	shift, known := map[string]int{"": 0, "K": 10, "M": 20, "G": 30}[strings.ToUpper(s[len(digits):])]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || !known || n <= 0 || n > math.MaxInt64>>shift {
		return fmt.Errorf("want bytes such as 131072 or 128K, got %q", s)
	}
	*f = sizeFlag(n << shift)
	return nil
}

// delaysFlag is a list of delays, or FROM:TO:STEP.
type delaysFlag []time.Duration

func (f *delaysFlag) Type() string { return "LIST" }

func (f *delaysFlag) String() string {
	var all []string
	for _, d := range *f {
		all = append(all, strings.ReplaceAll(lab.Millis(d), " ", ""))
	}
	return strings.Join(all, ",")
}

func (f *delaysFlag) Set(s string) error {
	*f = nil
	for _, part := range strings.Split(s, ",") {
		if err := f.add(strings.Split(part, ":")); err != nil {
			return err
		}
	}
	return nil
}

// add adds one delay, or a range of them.
func (f *delaysFlag) add(words []string) error {
	var at [3]time.Duration
	for i, word := range words {
		if i >= len(at) {
			return fmt.Errorf("want a range such as 0:40:5, got %q", strings.Join(words, ":"))
		}
		d, err := parseMillis(word)
		if err != nil {
			return err
		}
		at[i] = d
	}
	if len(words) == 1 {
		*f = append(*f, at[0])
		return nil
	}
	if len(words) != 3 || at[2] <= 0 || at[1] < at[0] || (at[1]-at[0])/at[2] > 1000 {
		return fmt.Errorf("want a range such as 0:40:5, got %q", strings.Join(words, ":"))
	}
	for d := at[0]; d <= at[1]; d += at[2] {
		*f = append(*f, d)
	}
	return nil
}

// imagesFlag is a list of formats of images.
type imagesFlag []scene.Format

func (f *imagesFlag) Type() string { return "FORMAT[,FORMAT...]" }

func (f *imagesFlag) String() string {
	var names []string
	for _, format := range *f {
		names = append(names, format.String())
	}
	return strings.Join(names, ",")
}

func (f *imagesFlag) Set(s string) error {
	*f = nil
	for name := range strings.SplitSeq(s, ",") {
		format, err := scene.ParseFormat(strings.TrimSpace(name))
		if err != nil {
			return err
		}
		if !slices.Contains(*f, format) {
			*f = append(*f, format)
		}
	}
	return nil
}
