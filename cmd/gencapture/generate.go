package main

import (
	"bufio"
	"encoding/binary"
	"io"
	"math/rand/v2"
)

// startMicros is the time of the first packet: 2026-01-01, so that no clock is
// asked and the bytes repeat.
const startMicros = 1_767_225_600_000_000

// connection is one run through a script.
type connection struct {
	script script
	at     int // next step
	ip     [2]uint32
	port   [2]uint16
	isn    [2]uint32
	clock  [2]uint32       // what the endpoint's timestamps are ahead of the common clock
	id     [2]uint16       // next IP identification
	sent   [maxEcho]uint32 // timestamps of the last steps
}

// generator interleaves connections.
type generator struct {
	out     *bufio.Writer
	random  *rand.Rand
	pool    *pool
	scripts []script
	active  []connection
	started int
	nanos   uint64                          // since startMicros
	headers [optionsAt + synOptionsLen]byte // of the packet being written; here so that it is not allocated each time
}

// generate writes the capture that the plan describes.
func generate(w io.Writer, p plan, seed uint64) error {
	g := &generator{out: bufio.NewWriterSize(w, 1<<20), random: rand.New(rand.NewPCG(seed, 0))}
	g.pool = newPool(g.random)
	for range p.variants {
		g.scripts = append(g.scripts, p.script(g.random, p.packets))
	}
	if _, err := g.out.Write(fileHeader()); err != nil {
		return err
	}
	for range min(p.parallel, p.connections) {
		g.active = append(g.active, g.connect())
	}
	for len(g.active) > 0 {
		if err := g.step(p); err != nil {
			return err
		}
	}
	return g.out.Flush()
}

// fileHeader is that of a little-endian pcap file with microseconds.
func fileHeader() []byte {
	h := make([]byte, 0, 24)
	le := binary.LittleEndian
	h = le.AppendUint32(h, 0xa1b2c3d4)
	h = le.AppendUint16(h, 2)
	h = le.AppendUint16(h, 4)
	h = le.AppendUint64(h, 0)
	h = le.AppendUint32(h, 262144)
	return le.AppendUint32(h, 1) // Ethernet
}

// step writes the next packet of some connection, and puts a new connection in
// the place of one that ends.
func (g *generator) step(p plan) error {
	// The gap between packets grows as connections run out, so that the round
	// trips of the last are as long as those of the first.
	mean := uint64(p.gap) / uint64(len(g.active))
	g.nanos += mean/2 + g.random.Uint64N(mean+1)
	i := g.random.IntN(len(g.active))
	c := &g.active[i]
	if err := g.write(c); err != nil {
		return err
	}
	if c.at < len(c.script) {
		return nil
	}
	if g.started < p.connections {
		*c = g.connect()
		return nil
	}
	g.active[i] = g.active[len(g.active)-1]
	g.active = g.active[:len(g.active)-1]
	return nil
}

const (
	portsPerClient = 50_000
	maxConnections = portsPerClient * 250
)

// connect returns the next connection. No two have the same client address and
// port.
func (g *generator) connect() connection {
	n := g.started
	g.started++
	c := connection{script: g.scripts[g.random.IntN(len(g.scripts))]}
	c.ip = [2]uint32{10<<24 | uint32(1+n/portsPerClient), 192<<24 | 168<<16 | uint32(1+g.random.IntN(250))}
	c.port = [2]uint16{uint16(10_000 + n%portsPerClient), 5201}
	for dir := range c.isn {
		c.isn[dir], c.clock[dir], c.id[dir] = g.random.Uint32(), g.random.Uint32(), uint16(g.random.Uint32())
	}
	return c
}

// write writes the packet of the connection's next step.
func (g *generator) write(c *connection) error {
	s := &c.script[c.at]
	from, to := s.from, 1-s.from
	p := packet{
		micros: startMicros + g.nanos/1000,
		src:    c.ip[from], dst: c.ip[to],
		sport: c.port[from], dport: c.port[to],
		seq:   c.isn[from] + s.seq,
		flags: s.flags,
		id:    c.id[from],
		tsval: c.clock[from] + uint32(g.nanos/1_000_000),
	}
	if s.flags&ack != 0 {
		p.ack = c.isn[to] + s.ack
		p.tsecr = c.sent[(c.at-s.echo)%maxEcho]
	}
	p.payload, p.payloadSum = g.pool.cut(p.seq, s.len)
	c.sent[c.at%maxEcho] = p.tsval
	c.id[from]++
	c.at++

	if _, err := g.out.Write(p.encode(&g.headers)); err != nil {
		return err
	}
	_, err := g.out.Write(p.payload)
	return err
}
