package scene

import (
	"fmt"
	"io"
	"strings"
)

// Format is a kind of image file.
type Format uint8

// The formats.
const (
	SVG Format = iota
	PNG
	PDF
)

var formatNames = [...]string{SVG: "svg", PNG: "png", PDF: "pdf"}

// String returns the format's name, which is also its file name's ending.
func (f Format) String() string { return formatNames[f] }

// Formats returns the names of all formats.
func Formats() []string { return formatNames[:] }

// ParseFormat returns the format of a name or of a file name's ending, with or
// without its dot.
func ParseFormat(ending string) (Format, error) {
	name := strings.ToLower(strings.TrimPrefix(ending, "."))
	for f, n := range formatNames {
		if n == name {
			return Format(f), nil
		}
	}
	return 0, fmt.Errorf("unknown image format %q: use %s", ending, strings.Join(formatNames[:], ", "))
}

// Write writes a scene in a format. The same scene gives the same bytes.
func (s *Scene) Write(w io.Writer, format Format, f *Fonts) error {
	switch format {
	case SVG:
		return writeSVG(w, s)
	case PNG:
		return writePNG(w, s, f)
	case PDF:
		return writePDF(w, s)
	}
	return fmt.Errorf("unknown image format %d", format)
}
