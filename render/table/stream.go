package table

import (
	"encoding/base64"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/stream"
)

// Piece is a row about a run of bytes of one side, or about a gap between two.
type Piece struct {
	File string
	Conn *reconstruct.Connection
	*stream.Piece
}

// Stream returns the table of the pieces of byte streams in a format other
// than Text.
func Stream(format Format) *Table[Piece] { return newTable(format, pieceFields()) }

func pieceFields() fields[Piece] {
	type P = Piece
	return fields[P]{
		{Column{"file", "", "the capture, as it was named on the command line"}, func(p *P) Value { return text(p.File) }},
		{Column{"conn", "", "number of the connection in its file, from 0"}, func(p *P) Value { return num(p.Conn.Number) }},
		{Column{"from", "", "who sent it: client or server"}, func(p *P) Value { return text(p.Side.String()) }},
		{Column{"kind", "", "data; not-captured or cut (a gap); differs (a copy with other bytes, which were not taken)"}, func(p *P) Value { return text(p.Kind.String()) }},
		{Column{"offset", "bytes", "of its first byte in the stream, from 1, as rel_seq"}, func(p *P) Value { return num(int64(p.Offset)) }},
		{Column{"len", "bytes", "length"}, func(p *P) Value { return num(p.Length) }},
		{Column{"frame", "", "frame number that carried it"}, func(p *P) Value { return frame(p.Frame) }},
		{Column{"t_s", "s", "time of that frame, since the connection's first packet"}, func(p *P) Value { return when(p.Frame != 0, span(p.Time.Sub(p.Conn.Start))) }},
		{Column{"data", "base64", "the bytes"}, func(p *P) Value {
			return when(p.Kind == stream.Data, text(base64.StdEncoding.EncodeToString(p.Bytes)))
		}},
	}
}
