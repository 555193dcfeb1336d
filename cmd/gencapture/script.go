package main

// The directions, as indexes.
const (
	client = 0
	server = 1
)

// The control bits in use.
const (
	fin = 1 << 0
	syn = 1 << 1
	psh = 1 << 3
	ack = 1 << 4
)

// step is one packet of a connection, before the connection has addresses and
// initial sequence numbers. seq and ack count from those of their direction.
type step struct {
	from     int
	flags    byte
	len      int
	seq, ack uint32
	echo     int // how many steps ago the packet was sent whose timestamp this one echoes
}

// maxEcho bounds step.echo, for the generator's memory of a connection.
const maxEcho = 32

// script is a connection from SYN to the last ACK. Many connections share one.
type script []step

// scriptWriter writes a script as two endpoints that lose nothing: it keeps
// their sequence numbers right.
type scriptWriter struct {
	steps   script
	next    [2]uint32 // next sequence number of each direction
	acked   [2]uint32 // acknowledged by the peer
	echo    [2]int    // the step whose timestamp an endpoint echoes
	unacked [2][]int  // steps of each direction that the peer has yet to acknowledge
}

// open is the three-way handshake.
func (s *scriptWriter) open() {
	s.send(client, syn, 0)
	s.receive(server)
	s.send(server, syn|ack, 0)
	s.acknowledge(client)
}

// request opens the connection, sends the first data and has it acknowledged.
func (s *scriptWriter) request(n int) {
	s.open()
	s.data(client, n)
	s.acknowledge(server)
}

// left is how many packets of so many are neither written, nor bound to come
// because they acknowledge or close.
func (s *scriptWriter) left(packets int) int {
	const closing = 3
	return packets - closing - len(s.steps) - len(s.unacked[server])
}

// data sends a segment without waiting.
func (s *scriptWriter) data(from, n int) { s.send(from, psh|ack, n) }

// acknowledge has an endpoint answer each segment that waits for an ACK.
func (s *scriptWriter) acknowledge(from int) {
	for len(s.unacked[1-from]) > 0 {
		s.receive(from)
		s.send(from, ack, 0)
	}
}

// close is FIN, FIN, ACK.
func (s *scriptWriter) close(first int) {
	s.send(first, fin|ack, 0)
	s.receive(1 - first)
	s.send(1-first, fin|ack, 0)
	s.acknowledge(first)
}

// receive has an endpoint take in the oldest segment on its way to it.
func (s *scriptWriter) receive(at int) {
	peer := 1 - at
	oldest := s.unacked[peer][0]
	s.unacked[peer] = s.unacked[peer][1:]
	s.acked[peer] = s.steps[oldest].seq + s.steps[oldest].space()
	s.echo[at] = max(s.echo[at], oldest)
}

func (s *scriptWriter) send(from int, flags byte, n int) {
	st := step{from: from, flags: flags, len: n, seq: s.next[from]}
	if flags&ack != 0 {
		st.ack = s.acked[1-from]
		st.echo = len(s.steps) - s.echo[from]
	}
	s.next[from] += st.space()
	if st.space() > 0 {
		s.unacked[from] = append(s.unacked[from], len(s.steps))
	} else { // a pure ACK arrives before its receiver sends again
		s.echo[1-from] = len(s.steps)
	}
	s.steps = append(s.steps, st)
}

// space is how much of the sequence space the segment takes.
func (s step) space() uint32 {
	n := uint32(s.len)
	if s.flags&(syn|fin) != 0 {
		n++
	}
	return n
}
