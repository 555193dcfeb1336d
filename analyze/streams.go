package analyze

import (
	"iter"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/stream"
)

// Streams yields the byte streams of one connection, both directions, as the
// pieces become certain: bytes, and gaps that say why they are there. A piece
// is valid until the next.
func (a *Analysis) Streams(number int) iter.Seq2[*reconstruct.Connection, *stream.Piece] {
	a.reader.keepPayload = true
	streams := stream.New(stream.Options{})
	return func(yield func(*reconstruct.Connection, *stream.Piece) bool) {
		pass := func(c *reconstruct.Connection, pieces []stream.Piece) bool {
			for i := range pieces {
				if !yield(c, &pieces[i]) {
					return false
				}
			}
			return true
		}
		flush := func(ended []*reconstruct.Connection) bool {
			for _, c := range ended {
				if c.Number == number {
					return pass(c, streams.Flush(c))
				}
			}
			return true
		}
		for step := range a.steps() {
			if step.Conn.Number == number && !pass(step.Conn, streams.Add(step)) || !flush(a.table.Ended()) {
				return
			}
		}
		flush(a.table.Flush())
	}
}
