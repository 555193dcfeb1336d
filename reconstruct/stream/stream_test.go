package stream

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// tape feeds segments of one connection and writes the pieces down.
type tape struct {
	table   *reconstruct.Table
	streams *Streams
	isn     seq.Number
	s       decode.Segment
	out     []Piece
}

func newTape(o Options) *tape {
	t := &tape{table: reconstruct.NewTable(reconstruct.Options{}), streams: New(o), isn: 0xffffff00}
	t.s = decode.Segment{Window: 65535}
	return t
}

func (t *tape) add(from reconstruct.Side, flags decode.Flags, at, ack seq.Offset, payload []byte, cut int) {
	ends := [2]decode.Endpoint{{Port: 1000}, {Port: 80}}
	t.s.Frame++
	t.s.Time += capture.Timestamp(10 * time.Millisecond)
	t.s.Src, t.s.Dst, t.s.Flags = ends[from], ends[from.Peer()], flags
	t.s.Seq, t.s.Ack = at.Wrap(t.isn), ack.Wrap(t.isn)
	t.s.Len, t.s.Payload = len(payload), payload[:len(payload)-cut]
	t.keep(t.streams.Add(t.table.Add(&t.s)))
}

func (t *tape) keep(pieces []Piece) {
	for _, p := range pieces {
		p.Bytes = bytes.Clone(p.Bytes)
		t.out = append(t.out, p)
	}
}

func (t *tape) handshake() {
	t.add(reconstruct.Client, decode.SYN, 0, 0, nil, 0)
	t.add(reconstruct.Server, decode.SYN|decode.ACK, 0, 1, nil, 0)
	t.add(reconstruct.Client, decode.ACK, 1, 1, nil, 0)
}

func (t *tape) flush() string {
	t.keep(t.streams.Flush(t.table.Flush()[0]))
	var words []string
	for _, p := range t.out {
		what := string(p.Bytes)
		if p.Kind != Data {
			what = fmt.Sprint(p.Kind, " ", p.Length)
		}
		words = append(words, fmt.Sprintf("%s %d %s", p.Side, p.Offset, what))
	}
	return strings.Join(words, ", ")
}

func TestStreams(t *testing.T) {
	const client, server = reconstruct.Client, reconstruct.Server
	data := func(t *tape, at seq.Offset, text string) { t.add(client, decode.ACK, at, 1, []byte(text), 0) }
	ack := func(t *tape, at seq.Offset) { t.add(server, decode.ACK, 1, at, nil, 0) }
	cases := []struct {
		name string
		play func(t *tape)
		want string
	}{
		{"in order", func(t *tape) { data(t, 1, "ab"); data(t, 3, "cd") }, "client 1 ab, client 3 cd"},
		{"out of order", func(t *tape) { data(t, 3, "cd"); data(t, 1, "ab") }, "client 1 ab, client 3 cd"},
		{"again", func(t *tape) { data(t, 1, "ab"); data(t, 1, "abc") }, "client 1 ab, client 3 c"},
		{"the first copy wins", func(t *tape) { data(t, 3, "cd"); data(t, 1, "abXYe") },
			"client 3 differs 3, client 1 ab, client 3 cd, client 5 e"},
		{"differs from what was returned", func(t *tape) { data(t, 1, "ab"); data(t, 1, "aXc") },
			"client 1 ab, client 2 differs 2, client 3 c"},
		{"a hole that nobody acknowledges", func(t *tape) { data(t, 4, "de") },
			"client 1 not-captured 3, client 4 de"},
		{"a hole that is acknowledged", func(t *tape) {
			data(t, 4, "de")
			for range 12 {
				ack(t, 6)
			}
			data(t, 6, "f")
			data(t, 1, "abc") // too late
		}, "client 1 not-captured 3, client 4 de, client 6 f"},
		{"acknowledged, and captured just after", func(t *tape) { data(t, 4, "de"); ack(t, 6); data(t, 1, "abc") },
			"client 1 abc, client 4 de"},
		{"too much waits", func(t *tape) { data(t, 4, "de"); data(t, 7, "gh"); data(t, 10, "k"); data(t, 1, "a") },
			"client 1 not-captured 3, client 4 de, client 6 not-captured 1, client 7 gh, client 9 not-captured 1, client 10 k"},
		{"cut by the snapshot", func(t *tape) { t.add(client, decode.ACK, 1, 1, []byte("abcdef"), 4); data(t, 7, "g") },
			"client 1 ab, client 3 cut 4, client 7 g"},
		{"acknowledged and never captured", func(t *tape) { data(t, 1, "a"); ack(t, 11) },
			"client 1 a, client 2 not-captured 9"},
		{"a keep-alive is no data", func(t *tape) { data(t, 1, "ab"); ack(t, 3); data(t, 2, "X"); data(t, 3, "c") },
			"client 1 ab, client 3 c"},
		{"a FIN is no data", func(t *tape) { t.add(client, decode.ACK|decode.FIN, 1, 1, []byte("a"), 0); ack(t, 3) },
			"client 1 a"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tape := newTape(Options{MaxWaiting: 250})
			tape.handshake()
			c.play(tape)
			if got := tape.flush(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestMidStream(t *testing.T) {
	tape := newTape(Options{})
	tape.add(reconstruct.Client, decode.ACK, 1000, 1, []byte("ab"), 0)
	tape.add(reconstruct.Client, decode.ACK, 1004, 1, []byte("ef"), 0)
	tape.add(reconstruct.Client, decode.ACK, 1002, 1, []byte("cd"), 0)
	if got := tape.flush(); got != "client 1 ab, client 3 cd, client 5 ef" {
		t.Error(got)
	}
}

// TestAgainstModel cuts a text into random segments, loses, repeats and
// reorders some, and expects of each byte what the capture had: itself or a
// gap, once and in order.
func TestAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := make([]byte, rapid.IntRange(1, 400).Draw(t, "length"))
		for i := range text {
			text[i] = byte(i*7 + i/256)
		}
		type segment struct{ lo, hi, cut int }
		var list []segment
		for lo := 0; lo < len(text); {
			hi := min(len(text), lo+rapid.IntRange(1, 40).Draw(t, "size"))
			list = append(list, segment{lo, hi, 0})
			lo = hi - rapid.IntRange(0, min(5, hi-lo-1)).Draw(t, "overlap")
		}
		list = rapid.Permutation(append(list, list[:rapid.IntRange(0, len(list)).Draw(t, "again")]...)).Draw(t, "order")
		list = list[:rapid.IntRange(1, len(list)).Draw(t, "kept")]

		tape := newTape(Options{})
		tape.handshake()
		seen := make([]bool, len(text))
		top := 0
		for _, s := range list {
			tape.add(reconstruct.Client, decode.ACK, seq.Offset(1+s.lo), 1, text[s.lo:s.hi], s.cut)
			for i := s.lo; i < s.hi; i++ {
				seen[i] = true
			}
			top = max(top, s.hi)
		}
		tape.flush()
		at := 0
		for _, p := range tape.out {
			if int(p.Offset) != at+1 {
				t.Fatalf("piece at %d, want %d", p.Offset, at+1)
			}
			for i := range int(p.Length) {
				switch {
				case p.Kind == Differs:
					t.Fatalf("copies differ at %d", p.Offset)
				case p.Kind == Data && p.Bytes[i] != text[at+i], seen[at+i] != (p.Kind == Data):
					t.Fatalf("byte %d is wrong: %s", at+i, p.Kind)
				}
			}
			at += int(p.Length)
		}
		if at != top {
			t.Fatalf("%d bytes, want %d", at, top)
		}
	})
}

// FuzzStreams lets segments come in any order, cut and contradicting, and
// expects pieces without overlap and bounded waiting.
func FuzzStreams(f *testing.F) {
	f.Add([]byte("\x05\x03\x00a\x01\x04\x00b\x01\x14\x02c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 1000
		tape := newTape(Options{MaxWaiting: limit})
		tape.handshake()
		for ; len(data) >= 4; data = data[4:] {
			payload := bytes.Repeat(data[3:4], int(data[1]&31))
			from := reconstruct.Side(data[2] >> 7)
			tape.add(from, decode.ACK|decode.Flags(data[2]&3), seq.Offset(data[0]), seq.Offset(data[2]), payload, min(int(data[1]>>6), len(payload)))
			for _, d := range tape.streams.sides {
				if d.size > limit {
					t.Fatalf("%d wait", d.size)
				}
			}
		}
		tape.flush()
		var next [2]seq.Offset
		for _, p := range tape.out {
			if p.Kind == Differs {
				continue
			}
			if at := &next[p.Side]; p.Length <= 0 || *at != 0 && p.Offset != *at {
				t.Fatalf("piece %+v, want offset %d", p, *at)
			}
			next[p.Side] = p.end()
		}
	})
}
