package pcapfile

import (
	"errors"
	"fmt"
	"io"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
)

const (
	maxFindings   = 100       // further damage is only counted
	maxRecord     = 16 << 20  // no packet record or block is longer
	usualRecord   = 256 << 10 // longer ones are checked before they are believed
	maxInterfaces = 1 << 20
	maxNameLen    = 256
)

// source is what every format decoder works on: the bytes, and the account of
// what was found in them.
type source struct {
	window
	frame      capture.FrameNumber // of the last frame, also of one that holds no packet
	interfaces []capture.Interface
	comments   []Comment
	commentLen int
	findings   []finding.Finding
	untold     int // damage beyond maxFindings
}

// lost sets how many packets an interface dropped. What is new in that was
// dropped after the frame given and before the next one.
func (s *source) lost(on *capture.Interface, total uint64, after capture.FrameNumber) {
	if total > 0 && (on.Dropped == nil || total > *on.Dropped) {
		on.Lost.Extend(capture.Between{After: after, Before: s.frame + 1})
	}
	on.Dropped = &total
}

// damage records that something at byte offset off cannot be used.
func (s *source) damage(code finding.Code, off int64, format string, args ...any) {
	if len(s.findings) == maxFindings {
		s.untold++
		return
	}
	text := fmt.Sprintf(format, args...)
	if s.frame > 0 {
		text += fmt.Sprintf(" (after packet %d)", s.frame)
	}
	s.findings = append(s.findings, finding.Finding{Code: code, Frame: s.frame, Offset: off, Text: text})
}

// ended returns what Next must return when the stream gives no more bytes,
// have of which belong to a record that is not whole. The end of the stream is
// never an error, however untimely; a failing disk or pipe is.
func (s *source) ended(have int) error {
	var broken *brokenStream
	switch {
	case errors.As(s.err, &broken):
		s.damage(broken.code(), s.offset()+int64(have), "%v; what came before byte %d of the uncompressed file was used", broken, s.offset())
	case s.err != nil && !errors.Is(s.err, io.EOF):
		return s.err
	case have > 0:
		s.damage(finding.CaptureTruncated, s.offset(), "the file ends inside the record at byte %d, after %d bytes of it", s.offset(), have)
	}
	s.skip(have)
	s.err = io.EOF // told once
	return io.EOF
}

// cutHeader is the error of a file that ends, or fails, inside its header.
func (s *source) cutHeader(what string, have, want int) error {
	var broken *brokenStream
	switch {
	case errors.As(s.err, &broken):
		return fmt.Errorf("%w: %v, %d bytes into what it holds", ErrNotCapture, broken, have)
	case !errors.Is(s.err, io.EOF):
		return s.err
	default:
		return fmt.Errorf("%w: the %s is cut after %d of %d bytes", ErrNotCapture, what, have, want)
	}
}
