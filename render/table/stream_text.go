package table

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/stream"
)

// StreamText writes the byte streams of one connection for people: a line says
// who speaks, then comes what was said. Bytes that are no text are shown as
// dots; Hex shows every byte. A gap is a line of its own.
type StreamText struct {
	Style   Style
	Hex     bool
	begun   bool
	side    reconstruct.Side
	midLine bool // what was written last does not end a line
}

// Append appends one piece.
func (t *StreamText) Append(b []byte, p *Piece) []byte {
	if p.Kind != stream.Data {
		b = t.endLine(b)
		return append(append(b, t.Style.paint(yellow, GapLine(p.Piece))...), '\n')
	}
	if !t.begun || p.Side != t.side {
		b = t.endLine(b)
		t.begun, t.side = true, p.Side
		who := [...]string{"> ", "< "}[p.Side] + p.Side.String() + " " + p.Conn.Ends[p.Side].String()
		b = append(append(b, t.Style.paint(bold, who)...), '\n')
	}
	if t.Hex {
		return appendHex(b, p.Piece)
	}
	return t.appendReadable(b, p.Bytes)
}

// End appends the end of the last line, if it is missing.
func (t *StreamText) End(b []byte) []byte { return t.endLine(b) }

func (t *StreamText) endLine(b []byte) []byte {
	if t.midLine {
		b = append(b, '\n')
	}
	t.midLine = false
	return b
}

// GapLine tells of what is not in the stream, or in it in two ways.
func GapLine(p *stream.Piece) string {
	bytes := strconv.FormatInt(p.Length, 10) + " bytes"
	if p.Length == 1 {
		bytes = "1 byte"
	}
	switch p.Kind {
	case stream.NotCaptured:
		return fmt.Sprintf("[gap: %s of the %s not captured, offset %d]", bytes, p.Side, p.Offset)
	case stream.Cut:
		return fmt.Sprintf("[gap: %s of the %s cut off by the snapshot length, offset %d, frame %d]", bytes, p.Side, p.Offset, p.Frame)
	}
	return fmt.Sprintf("[differs: frame %d has other bytes for %s of the %s, offset %d]", p.Frame, bytes, p.Side, p.Offset)
}

// appendReadable writes text as it is, line ends of either kind as line ends,
// and anything that could move the cursor as a dot.
func (t *StreamText) appendReadable(b, data []byte) []byte {
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == '\n' || r == '\t':
			b = append(b, byte(r))
		case r == '\r' && len(data) > 1 && data[1] == '\n':
		case r == utf8.RuneError && size == 1, !unicode.IsPrint(r):
			b = append(b, '.')
		default:
			b = append(b, data[:size]...)
		}
		t.midLine = r != '\n'
		data = data[size:]
	}
	return b
}

const hexRow = 16

// appendHex writes sixteen bytes a line, each line with the offset of its
// first byte in the stream.
func appendHex(b []byte, p *stream.Piece) []byte {
	for at := 0; at < len(p.Bytes); at += hexRow {
		row := p.Bytes[at:min(at+hexRow, len(p.Bytes))]
		b = fmt.Appendf(b, "%10d ", int64(p.Offset)+int64(at))
		for i := range hexRow {
			if i%8 == 0 {
				b = append(b, ' ')
			}
			if i < len(row) {
				b = hex.AppendEncode(b, row[i:i+1])
				b = append(b, ' ')
			} else {
				b = append(b, "   "...)
			}
		}
		b = append(b, " |"...)
		for _, c := range row {
			if c < ' ' || c > '~' {
				c = '.'
			}
			b = append(b, c)
		}
		b = append(b, "|\n"...)
	}
	return b
}
