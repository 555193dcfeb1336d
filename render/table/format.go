package table

import (
	"fmt"
	"strings"
)

// Format is a way of writing rows.
type Format uint8

// The formats.
const (
	Text Format = iota
	JSON        // one object a line
	CSV         // RFC 4180, with a line of names first
	TSV         // the same with tabs; a tab or line break inside a value becomes a space
)

var formatNames = [...]string{"text", "json", "csv", "tsv"}

// Formats returns the names of the formats.
func Formats() []string { return append([]string(nil), formatNames[:]...) }

// String returns the name used on the command line.
func (f Format) String() string { return formatNames[f] }

// ParseFormat returns the format of a name.
func ParseFormat(name string) (Format, error) {
	for f, n := range formatNames {
		if n == name {
			return Format(f), nil
		}
	}
	return Text, fmt.Errorf("unknown format %q: use %s", name, strings.Join(formatNames[:], ", "))
}
