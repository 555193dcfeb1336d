package pcapfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
)

// Comment is a remark that the recorder or a person left in a pcapng file: of
// a packet, or of a section, an interface or its statistics where Frame is 0.
type Comment struct {
	Frame capture.FrameNumber
	Text  string
}

// Reader reads the packets of one capture. Make one with Open or NewReader;
// the zero value is not usable. A Reader must not be used by two goroutines
// at once.
type Reader struct {
	name    string
	source  source
	decoder decoder
	packing string // how it was compressed, as a suffix of Format
	close   func() error
	counter *counter
	size    int64
}

// decoder is one file format. Its next fills p with the next packet of the
// source that it was made with; it returns io.EOF at the end, however the
// file ends, and any other error only where reading itself failed. It sets
// neither p.Frame nor what it does not know.
type decoder interface {
	next(p *capture.Packet) error
	format() string
}

const magicLen = 8 // of the longest magic number in formats

// formats says how each kind of file starts and what reads it. A new format is
// a file with a decoder and a row here.
var formats = [...]struct {
	magic string
	open  func(*source) (decoder, error)
}{
	{"\xd4\xc3\xb2\xa1", openPCAP(pcapMicro, littleEndian)},
	{"\xa1\xb2\xc3\xd4", openPCAP(pcapMicro, bigEndian)},
	{"\x4d\x3c\xb2\xa1", openPCAP(pcapNano, littleEndian)},
	{"\xa1\xb2\x3c\x4d", openPCAP(pcapNano, bigEndian)},
	{"\x34\xcd\xb2\xa1", openPCAP(pcapModified, littleEndian)},
	{"\xa1\xb2\xcd\x34", openPCAP(pcapModified, bigEndian)},
	{"\xac\x01\x00\x1c", openPCAP(pcapIxiaNano, littleEndian)},
	{"\x1c\x00\x01\xac", openPCAP(pcapIxiaNano, bigEndian)},
	{"\xab\x01\x00\x1c", openPCAP(pcapIxiaMicro, littleEndian)},
	{"\x1c\x00\x01\xab", openPCAP(pcapIxiaMicro, bigEndian)},
	{"\x0a\x0d\x0d\x0a", openPCAPNG},
	{"snoop\x00\x00\x00", openSnoop},
}

// Open opens the capture file at path, or standard input where path is "-".
// The error wraps ErrNotCapture where the file is there but is no capture.
func Open(path string) (*Reader, error) {
	if path == "-" {
		return NewReader(os.Stdin, "standard input")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err // it names the file
	}
	r, err := NewReader(file, path)
	if err != nil {
		file.Close() // nothing was written, so nothing can be lost
		return nil, err
	}
	unpacked := r.close
	r.close = func() error { return errors.Join(unpacked(), file.Close()) }
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		r.size = info.Size()
	}
	return r, nil
}

// NewReader reads a capture from r, which it does not close. The name stands
// in error messages. It reads as far as is needed to know the format.
func NewReader(r io.Reader, name string) (*Reader, error) {
	c := &counter{src: r}
	stream, packing, closer, err := unpack(c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	reader := &Reader{name: name, packing: packing, close: closer, counter: c}
	reader.source.src = stream
	if err := reader.start(); err != nil {
		closer() // the better error is at hand
		return nil, err
	}
	return reader, nil
}

// start finds the format and reads the file header.
func (r *Reader) start() error {
	head := r.source.peek(magicLen)
	for _, f := range formats {
		if !bytes.HasPrefix(head, []byte(f.magic)) {
			continue
		}
		decoder, err := f.open(&r.source)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		r.decoder = decoder
		return nil
	}
	if err := r.source.err; err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", r.name, r.source.cutHeader("start of the file", len(head), magicLen))
	}
	return &NotCaptureError{Name: r.name, Packing: r.packing, Start: bytes.Clone(head)}
}

// Next fills p with the next packet and returns io.EOF after the last one.
// p.Data is valid until the call after this one. Damage is not an error but a
// finding; an error other than io.EOF means that the file could not be read
// further. No memory is allocated for a packet.
func (r *Reader) Next(p *capture.Packet) error {
	if err := r.decoder.next(p); err != nil {
		if err == io.EOF {
			return io.EOF
		}
		return fmt.Errorf("%s: after packet %d, byte %d: %w", r.name, r.source.frame, r.source.offset(), err)
	}
	r.source.frame++
	p.Frame = r.source.frame
	return nil
}

// Findings returns the damage seen so far, in the order of the file. After
// many, the rest is one finding with their number.
func (r *Reader) Findings() []finding.Finding {
	all := r.source.findings
	if n := r.source.untold; n > 0 {
		all = append(all[:len(all):len(all)], finding.New(finding.BadBlock, r.source.frame, "%d further places are damaged", n))
	}
	return all
}

// Damaged tells whether part of the file could not be used, so far: whether a
// finding is an error.
func (r *Reader) Damaged() bool {
	return slices.ContainsFunc(r.source.findings, func(f finding.Finding) bool { return f.Severity() == finding.Error })
}

// Interfaces returns the interfaces seen so far; Packet.Interface is an index
// into them. pcapng may add some, and fill in their counters, until the end.
// The slice must not be written to.
func (r *Reader) Interfaces() []capture.Interface {
	n := len(r.source.interfaces)
	return r.source.interfaces[:n:n]
}

// Comments returns the comments seen so far, in the order of the file.
func (r *Reader) Comments() []Comment {
	return r.source.comments[:len(r.source.comments):len(r.source.comments)]
}

// Format names the format: kind, byte order, unit of time, the number of
// interfaces if there are several, compression if any; "pcapng/LE/ns/2if/gz".
func (r *Reader) Format() string {
	name := r.decoder.format()
	if n := len(r.source.interfaces); n > 1 {
		name += fmt.Sprintf("/%dif", n)
	}
	return name + r.packing
}

// Progress returns how many bytes of the file, as it lies on the disk, have
// been read, and how many there are: 0 where that is not known.
func (r *Reader) Progress() (read, size int64) { return r.counter.n, r.size }

// Close closes the file if Open opened it, and ends decompression.
func (r *Reader) Close() error { return r.close() }
