package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/stream"
	"github.com/flowstate-tcp/flowstate/render/phrase"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// streamWriter is where the pieces of a connection go. After commit they are
// there; discard without it leaves nothing behind.
type streamWriter interface {
	write(*table.Piece) error
	commit() error
	discard()
}

// writer returns the output that the flags ask for.
func (f *followFlags) writer(p *program, path string, number int) (streamWriter, error) {
	inputs := []string{path}
	switch {
	case f.inFolder():
		var names folderNames
		base := filepath.Join(f.output, names.name(path, fmt.Sprintf(".conn%d", number)))
		return &rawSides{flags: f, p: p, inputs: inputs, base: base}, os.MkdirAll(f.output, 0o755)
	case f.raw:
		return &rawSides{flags: f, p: p, inputs: inputs}, nil
	}
	out, err := p.openOutput(f.output, inputs)
	if err != nil {
		return nil, err
	}
	return f.printed(out, p.styleFor(&f.common)), nil
}

// printed is streams as rows, or as text.
type printed struct {
	*output
	piece  func([]byte, *table.Piece) []byte
	end    func([]byte) []byte
	buffer []byte
}

func (f *followFlags) printed(out *output, style table.Style) *printed {
	if f.format.Format == table.Text {
		text := &table.StreamText{Style: style, Hex: f.hex}
		return &printed{output: out, piece: text.Append, end: text.End}
	}
	rows := table.Stream(f.format.Format)
	return &printed{output: out, piece: rows.Append, end: func(b []byte) []byte { return b }, buffer: rows.Header(nil)}
}

func (w *printed) write(p *table.Piece) error {
	w.buffer = w.piece(w.buffer, p)
	_, err := w.Write(w.buffer)
	w.buffer = w.buffer[:0]
	return err
}

func (w *printed) commit() error {
	if _, err := w.Write(w.end(w.buffer)); err != nil {
		return err
	}
	return w.output.commit()
}

// rawSides saves each side's bytes as they are.
type rawSides struct {
	flags  *followFlags
	p      *program
	inputs []string
	base   string // of the names in a folder, empty for a single output
	sides  [2]*rawSide
}

func (w *rawSides) write(p *table.Piece) error {
	side, err := w.open(p.Side)
	if err != nil {
		return err
	}
	return side.write(p.Piece)
}

func (w *rawSides) open(side reconstruct.Side) (*rawSide, error) {
	if w.sides[side] != nil {
		return w.sides[side], nil
	}
	path := w.flags.output
	if w.base != "" {
		path = w.base + "." + side.String()
	}
	out, err := w.p.openOutput(path, w.inputs)
	if err != nil {
		return nil, err
	}
	w.sides[side] = &rawSide{output: out, who: side, zeroFill: w.flags.zeroFill}
	return w.sides[side], nil
}

// commit completes the files. A side that said nothing has an empty one, so
// that "nothing" and "not asked for" look different.
func (w *rawSides) commit() error {
	for _, side := range reconstruct.Sides {
		if !w.flags.side.has(side) {
			continue
		}
		s, err := w.open(side)
		if err != nil {
			return err
		}
		if err := s.commit(); err != nil {
			return err
		}
		if len(s.gaps) == 0 {
			continue
		}
		list, err := s.saveGaps(w.inputs)
		if err != nil {
			return err
		}
		w.p.say("%d bytes of the %s were not captured, in %s%s", s.missing, side, phrase.Counted(len(s.gaps), "gap"), list)
	}
	return nil
}

func (w *rawSides) discard() {
	for _, s := range w.sides {
		if s != nil {
			s.output.discard()
		}
	}
}

// rawSide is one side's bytes as they are.
type rawSide struct {
	*output
	who      reconstruct.Side
	zeroFill bool
	at       int64 // bytes written
	missing  int64
	gaps     []savedGap
}

// savedGap is a row of the list beside saved bytes.
type savedGap struct {
	at int64 // where in the file it is, or would be
	stream.Piece
}

func (s *rawSide) write(p *stream.Piece) error {
	switch p.Kind {
	case stream.Differs:
		return nil // the stream has the other copy
	case stream.Data:
		s.at += p.Length
		_, err := s.Write(p.Bytes)
		return err
	}
	s.gaps = append(s.gaps, savedGap{s.at, *p})
	s.missing += p.Length
	if !s.zeroFill {
		return nil
	}
	s.at += p.Length
	_, err := io.CopyN(s, zeros{}, p.Length)
	return err
}

// zeros is an endless source of zeros.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// saveGaps writes the list of gaps beside a file, and says where.
func (s *rawSide) saveGaps(inputs []string) (where string, err error) {
	if s.path == "" {
		return "", nil
	}
	path := s.path + ".gaps.csv"
	list, err := create(path, inputs)
	if err != nil {
		return "", err
	}
	defer list.discard()
	w := bufio.NewWriter(list)
	fmt.Fprintln(w, "file_offset,len,stream_offset,kind") // an error stays in w until Flush
	for _, g := range s.gaps {
		fmt.Fprintf(w, "%d,%d,%d,%s\n", g.at, g.Length, g.Offset, g.Kind)
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	return "; see " + path, list.commit()
}
