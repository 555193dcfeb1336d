package scenario

import (
	"strconv"
	"strings"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Format prints a segment in its connection as one line, with its time since
// the first packet of the connection. Behind the directives of Header, lines
// of a connection whose ISNs are known make a file that Parse reads.
func Format(step *reconstruct.Step) string { return FromStep(step).String() }

// FromStep returns the line that says what the step is. Payload and cookie are
// told by their lengths.
func FromStep(step *reconstruct.Step) *Line {
	g, conn := step.Segment, step.Conn
	l := &Line{
		Time:    g.Time.Sub(conn.Start),
		From:    step.From,
		ISN:     [2]seq.Number{conn.Half[0].ISN, conn.Half[1].ISN},
		Flags:   g.Flags,
		Seq:     step.Seq,
		Len:     g.Len,
		Window:  g.Window,
		Urgent:  g.Urgent,
		Options: Options{Options: g.Options},
	}
	peer := l.ISN[step.From.Peer()]
	near := conn.Half[step.From.Peer()].Acked
	switch {
	case step.HasAck:
		l.Ack, near = step.Ack, step.Ack
	case g.Flags.Has(decode.ACK):
		l.Ack = g.Ack.Unwrap(peer, near)
	}
	if !conn.Half[step.From.Peer()].HasISN {
		l.Ack = seq.Offset(g.Ack)
	}
	l.Options.relative(g, peer, near)
	return l
}

// relative moves what decode keeps in fixed arrays to where a line has it.
func (o *Options) relative(g *decode.Segment, peer seq.Number, near seq.Offset) {
	for _, k := range g.Options.SACK[:min(int(g.Options.SACKCount), len(g.Options.SACK))] {
		o.SACK = append(o.SACK, Block{k.Left.Unwrap(peer, near), k.Right.Unwrap(peer, near)})
	}
	if n := g.Options.CookieLen; n > 0 {
		o.Cookie = make([]byte, n)
	}
	o.Options.SACK, o.SACKCount, o.CookieLen = [4]decode.SACKBlock{}, 0, 0
}

// Header returns the directives that tell who the ends of a connection are and
// where their sequence numbers begin.
func Header(conn *reconstruct.Connection) string {
	var b strings.Builder
	for _, side := range reconstruct.Sides {
		b.WriteString("@" + side.String() + " " + conn.Ends[side].String() + "\n")
	}
	for _, side := range reconstruct.Sides {
		if conn.Half[side].HasISN {
			b.WriteString("@isn " + side.String() + " " + strconv.FormatUint(uint64(conn.Half[side].ISN), 10) + "\n")
		}
	}
	return b.String()
}
