package main

import (
	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// streamPass passes on the byte streams of one connection of a capture.
type streamPass struct {
	number      int // of the connection
	side        sideFlag
	write       func(*table.Piece) error
	found       bool
	connections int64 // in the capture
	path        string
}

func (s *streamPass) run(path string, a *analyze.Analysis) (shown int, err error) {
	s.path = path
	defer func() {
		s.connections = a.Totals().Connections
		s.found = s.found || int64(s.number) < s.connections // it may have sent nothing
	}()
	for conn, piece := range a.Streams(s.number) {
		s.found = true
		if !s.side.has(piece.Side) {
			continue
		}
		if err := s.write(&table.Piece{File: path, Conn: conn, Piece: piece}); err != nil {
			return shown, err
		}
		shown++
	}
	return shown, nil
}
