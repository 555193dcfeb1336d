package main

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// plan says how much there is to generate, and what a connection looks like.
type plan struct {
	connections int // in all
	parallel    int // at a time
	packets     int // of one connection, about
	variants    int // different scripts
	script      func(r *rand.Rand, packets int) script
	gap         time.Duration // between two packets of one connection, on average
}

// kindOf returns the plan of a kind, with those counts that are not zero.
func kindOf(kind string, counts plan) (plan, error) {
	var p plan
	switch kind {
	case "few":
		p = plan{connections: 1000, parallel: 1000, packets: 1408, variants: 16, script: download, gap: 10 * time.Millisecond}
	case "many":
		p = plan{connections: 100_000, parallel: 1000, packets: 16, variants: 64, script: exchange, gap: 10 * time.Millisecond}
	default:
		return p, fmt.Errorf("unknown kind %q", kind)
	}
	for _, c := range []struct {
		name     string
		given    int
		low, top int
		into     *int
	}{
		{"connections", counts.connections, 1, maxConnections, &p.connections},
		{"parallel", counts.parallel, 1, 100_000, &p.parallel},
		{"packets", counts.packets, 10, 1_000_000, &p.packets},
	} {
		if c.given == 0 {
			continue
		}
		if c.given < c.low || c.given > c.top {
			return p, fmt.Errorf("-%s is %d, and must be %d to %d", c.name, c.given, c.low, c.top)
		}
		*c.into = c.given
	}
	return p, nil
}

// mss is what fits into an Ethernet frame beside the headers and the timestamp
// option.
const mss = 1448

// download is one request and a long answer in bursts, each segment of which
// is acknowledged.
func download(r *rand.Rand, packets int) script {
	var s scriptWriter
	s.request(200 + r.IntN(400))
	for s.left(packets) > 0 {
		for range min(1+r.IntN(10), (s.left(packets)+1)/2) {
			s.data(server, mss)
		}
		s.acknowledge(client)
	}
	s.close(server)
	return s.steps
}

// exchange is a request and an answer of a few segments. Either side may be
// the first to close.
func exchange(r *rand.Rand, packets int) script {
	var s scriptWriter
	s.request(200 + r.IntN(1000))
	for s.left(packets) > 0 {
		s.data(server, mss-r.IntN(2)*r.IntN(mss/2))
		if r.IntN(3) > 0 {
			s.acknowledge(client)
		}
	}
	s.acknowledge(client)
	s.close(r.IntN(2))
	return s.steps
}
