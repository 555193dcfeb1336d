package pcapfile

import (
	"errors"
	"fmt"
	"unicode"
)

// ErrNotCapture is what an error of Open or NewReader wraps where the input
// could be read but is no capture.
var ErrNotCapture = errors.New("not a capture file")

// NotCaptureError says of which input, and what it starts with.
type NotCaptureError struct {
	Name    string
	Packing string // "/gz" and the like if it was compressed, else empty
	Start   []byte // its first bytes, at most 8, uncompressed; empty if it has none
}

// Error is a sentence with a hint.
func (e *NotCaptureError) Error() string {
	const hint = "flowstate reads pcap, pcapng and snoop, plain or compressed with gzip, zstd, lz4 or xz"
	if len(e.Start) == 0 {
		return fmt.Sprintf("%s: empty, without even a capture's file header; %s", e.Name, hint)
	}
	what := "starts with"
	if e.Packing != "" {
		what = "uncompressed, it starts with"
	}
	return fmt.Sprintf("%s: %v (%s %s); %s", e.Name, ErrNotCapture, what, show(e.Start), hint)
}

// Unwrap returns ErrNotCapture.
func (e *NotCaptureError) Unwrap() error { return ErrNotCapture }

// show quotes text, and prints anything else in hexadecimal.
func show(b []byte) string {
	for _, c := range string(b) {
		if !unicode.IsPrint(c) && !unicode.IsSpace(c) {
			return fmt.Sprintf("bytes % x", b)
		}
	}
	return fmt.Sprintf("%q", b)
}
