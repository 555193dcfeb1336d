package pcapfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

const (
	// maxDictionary bounds what a compressed stream makes us remember: it is
	// what zstd --long=27 needs, and twice what xz -9 does.
	maxDictionary = 128 << 20
	rawBuffer     = 256 << 10
)

// packings says how each kind of compressed file starts and what unpacks it.
// A zstd file may start with a skippable frame, as pzstd writes it.
var packings = [...]struct {
	name, magic string
	open        func(*bufio.Reader) (io.Reader, func() error, error)
}{
	{"gz", "\x1f\x8b\x08", openGzip},
	{"zst", "\x28\xb5\x2f\xfd", openZstd},
	{"zst", "\x50\x2a\x4d\x18", openZstd},
	{"lz4", "\x04\x22\x4d\x18", openLZ4},
	{"xz", "\xfd7zXZ\x00", openXZ},
}

// unpack returns what r holds, uncompressed, how it was packed as a suffix of
// Format (empty if it was not), and what frees the decompressor.
func unpack(r *counter) (io.Reader, string, func() error, error) {
	keep := func() error { return nil }
	var head [6]byte
	n, err := io.ReadFull(r, head[:])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, "", keep, err
	}
	whole := io.MultiReader(bytes.NewReader(head[:n:n]), r)
	for _, p := range packings {
		if !bytes.HasPrefix(head[:n], []byte(p.magic)) {
			continue
		}
		stream, closer, err := p.open(bufio.NewReaderSize(whole, rawBuffer))
		if err != nil && r.err != nil {
			return nil, "", keep, r.err
		}
		if err != nil {
			return nil, "", keep, fmt.Errorf("%w: a %s stream that cannot be unpacked: %w", ErrNotCapture, p.name, err)
		}
		return &unpacker{stream, r, p.name}, "/" + p.name, closer, nil
	}
	return whole, "", keep, nil
}

func openGzip(r *bufio.Reader) (io.Reader, func() error, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, nil, err
	}
	return z, z.Close, nil
}

func openZstd(r *bufio.Reader) (io.Reader, func() error, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(maxDictionary), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, nil, err
	}
	return z, func() error { z.Close(); return nil }, nil
}

func openLZ4(r *bufio.Reader) (io.Reader, func() error, error) {
	return lz4.NewReader(r), func() error { return nil }, nil
}

func openXZ(r *bufio.Reader) (io.Reader, func() error, error) {
	if n := xzDictionary(r); n > maxDictionary {
		return nil, nil, fmt.Errorf("its dictionary of %d MiB is over the limit of %d", n>>20, maxDictionary>>20)
	}
	z, err := xz.NewReader(r)
	return z, func() error { return nil }, err
}

// xzDictionary returns the size of the dictionary of the first block, 0 if it
// cannot be told. The library would allocate whatever it says, up to 4 GiB.
func xzDictionary(r *bufio.Reader) int64 {
	const streamHeader = 12
	b, err := r.Peek(streamHeader + 2)
	if err != nil || b[streamHeader] == 0 { // 0 is an index: no block
		return 0
	}
	// A block header has 4 bytes times its first byte, and 4 more.
	b, err = r.Peek(streamHeader + 4*int(b[streamHeader]) + 4)
	if err != nil {
		return 0
	}
	// LZMA2 is filter 0x21 with one byte of properties.
	at := bytes.Index(b[streamHeader+2:], []byte{0x21, 0x01})
	if at < 0 || streamHeader+2+at+2 >= len(b) {
		return 0
	}
	bits := b[streamHeader+2+at+2]
	return int64(2|bits&1) << (min(bits, 40)/2 + 11)
}

// unpacker marks as broken what ends a decompressed stream too early.
type unpacker struct {
	io.Reader
	raw  *counter
	name string
}

func (u *unpacker) Read(b []byte) (int, error) {
	n, err := u.Reader.Read(b)
	switch {
	case err == nil || err == io.EOF:
		return n, err
	case u.raw.err != nil:
		return n, u.raw.err
	default:
		return n, &brokenStream{u.name, err}
	}
}

// brokenStream is a compressed stream that cannot be read to its end.
type brokenStream struct {
	packing string
	err     error
}

func (b *brokenStream) Error() string {
	if b.code() == finding.CaptureTruncated {
		return "the " + b.packing + " stream is cut"
	}
	return fmt.Sprintf("the %s stream is damaged (%v)", b.packing, b.err)
}

func (b *brokenStream) Unwrap() error { return b.err }

func (b *brokenStream) code() finding.Code {
	if errors.Is(b.err, io.ErrUnexpectedEOF) {
		return finding.CaptureTruncated
	}
	return finding.BadBlock
}

// counter counts the bytes that src gave, and keeps the error of a source that
// failed, so that a broken disk is told from a broken stream.
type counter struct {
	src io.Reader
	n   int64
	err error
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.src.Read(b)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}
