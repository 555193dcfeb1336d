package ladder

import (
	"fmt"
	"slices"
	"strings"
)

// Axis is how time runs down the page.
type Axis uint8

// The axes.
const (
	Auto   Axis = iota // to scale where nothing is folded or crowded then
	Scaled             // to scale
	Even               // each segment has a line; a longer wait a little more room
)

var axisNames = [...]string{"auto", "scaled", "even"}

// String returns the name used on the command line.
func (a Axis) String() string { return axisNames[a] }

// Axes returns the names of all axes.
func Axes() []string { return axisNames[:] }

// ParseAxis returns the axis of a name.
func ParseAxis(name string) (Axis, error) {
	if i := slices.Index(axisNames[:], name); i >= 0 {
		return Axis(i), nil
	}
	return Auto, fmt.Errorf("unknown axis %q: use %s", name, strings.Join(axisNames[:], ", "))
}
