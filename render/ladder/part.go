package ladder

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Part is a part of a connection's life.
type Part uint8

// The parts.
const (
	All     Part = iota
	Opening      // until the first data
	Closing      // from the first FIN or reset on
)

var partNames = [...]string{"all", "open", "close"}

// String returns the name used on the command line.
func (p Part) String() string { return partNames[p] }

// Parts returns the names of all parts.
func Parts() []string { return partNames[:] }

// ParsePart returns the part of a name; "handshake" is another for "open".
func ParsePart(name string) (Part, error) {
	if name == "handshake" {
		return Opening, nil
	}
	if i := slices.Index(partNames[:], name); i >= 0 {
		return Part(i), nil
	}
	return All, fmt.Errorf("unknown phase %q: use %s", name, strings.Join(partNames[:], ", "))
}

// Frames is a stretch of frame numbers, both ends in it; 0 is an open end.
type Frames struct{ From, To capture.FrameNumber }

func (f Frames) hold(n capture.FrameNumber) bool {
	return n >= f.From && (f.To == 0 || n <= f.To)
}

// String returns the notation that ParseFrames reads.
func (f Frames) String() string {
	if f == (Frames{}) {
		return ""
	}
	text := ":"
	if f.From > 0 {
		text = strconv.FormatInt(int64(f.From), 10) + text
	}
	if f.To > 0 {
		text += strconv.FormatInt(int64(f.To), 10)
	}
	return text
}

// ParseFrames reads 3:17 or 3-17; either end may be left out.
func ParseFrames(text string) (f Frames, err error) {
	from, to, ok := strings.Cut(strings.Replace(text, "-", ":", 1), ":")
	for _, end := range []struct {
		text string
		to   *capture.FrameNumber
	}{{from, &f.From}, {to, &f.To}} {
		if end.text == "" {
			continue
		}
		n, err := strconv.ParseInt(end.text, 10, 64)
		ok = ok && err == nil && n > 0
		*end.to = capture.FrameNumber(n)
	}
	if !ok || f == (Frames{}) || f.To != 0 && f.To < f.From {
		return Frames{}, fmt.Errorf("want frames such as 3:17, 100: or :20, got %q", text)
	}
	return f, nil
}
