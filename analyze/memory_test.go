package analyze_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

// exchange is a connection with all that usual ones have: timestamps, window
// scaling, data both ways.
const exchange = `
+.0001 > S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1 ecr 0,wscale 7>
+.0100 < S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 1 ecr 1,wscale 7>
+.0001 > . 1:1(0) ack 1 win 500 <TS val 2 ecr 1>
+.0001 > P. 1:101(100) ack 1 win 500 <TS val 3 ecr 1>
+.0100 < . 1:1(0) ack 101 win 500 <TS val 4 ecr 3>
+.0001 < . 1:1449(1448) ack 101 win 500 <TS val 4 ecr 3>
+.0001 < P. 1449:2897(1448) ack 101 win 500 <TS val 4 ecr 3>
+.0100 > . 101:101(0) ack 2897 win 500 <TS val 6 ecr 4>
`

// goodbye closes it.
const goodbye = `+.0001 > F. 101:101(0) ack 2897 win 500 <TS val 7 ecr 4>
+.0100 < F. 2897:2897(0) ack 102 win 500 <TS val 8 ecr 7>
+.0001 > . 102:102(0) ack 2898 win 500 <TS val 9 ecr 8>
`

// repeated gives the packets of one connection n times, the connections one
// after the other, each with a client port of its own.
type repeated struct {
	packets []capture.Packet
	n, next int
	data    []byte // of the latest packet
}

// connections returns a capture of n connections like one.
func connections(t *testing.T, n int, one string) *repeated {
	t.Helper()
	src, r := scenariotest.Reader(t, one), &repeated{n: n}
	for {
		var p capture.Packet
		err := src.Next(&p)
		if errors.Is(err, io.EOF) {
			return r
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Data = bytes.Clone(p.Data)
		r.packets = append(r.packets, p)
	}
}

func (r *repeated) Next(p *capture.Packet) error {
	round := r.next / len(r.packets)
	if round == r.n {
		return io.EOF
	}
	*p = r.packets[r.next%len(r.packets)]
	r.data = append(r.data[:0], p.Data...)
	p.Data = r.data
	r.next++
	p.Frame = capture.FrameNumber(r.next)
	p.Time += capture.Timestamp(round) * capture.Timestamp(time.Second)
	readdress(p.Data, uint16(round))
	return nil
}

// readdress lowers the client's port, and mends the checksum (RFC 1624).
func readdress(frame []byte, by uint16) {
	const server = 80 // in scenarios
	tcp := frame[14+20:]
	port, sum := tcp[:2], tcp[16:18]
	if binary.BigEndian.Uint16(port) == server {
		port = tcp[2:4]
	}
	old := binary.BigEndian.Uint16(port)
	s := uint32(^binary.BigEndian.Uint16(sum)) + uint32(^old) + uint32(old-by)
	s = s>>16 + s&0xffff
	binary.BigEndian.PutUint16(sum, ^uint16(s>>16+s))
	binary.BigEndian.PutUint16(port, old-by)
}

// What is kept of a connection while it is open decides how large a capture
// fits into memory.
func TestMemoryOfOpenConnections(t *testing.T) {
	const most = 8 << 10
	inUse := func(n int) int64 {
		src := connections(t, n, exchange)
		left, before, held := n*len(src.packets), heap(), int64(0)
		for range analyze.New(src, analyze.Options{}).Segments() {
			if left--; left == 0 {
				held = heap() - before
			}
		}
		return held
	}
	few, many := inUse(500), inUse(2500)
	if each := (many - few) / 2000; each > most || each < 1<<10 {
		t.Errorf("%d bytes for each open connection, want no more than %d", each, most)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Connections that close leave their room to those that follow: what is
// allocated for each is its result alone.
func TestAllocationsOfClosedConnections(t *testing.T) {
	const (
		mostBytes  = 6 << 10
		mostTimes  = 16
		lingering  = 4096 // closed connections that wait for late segments, see reconstruct
		more, base = 2000, lingering + 500
	)
	cost := func(n int) (octets, times int64) {
		src := connections(t, n, exchange+goodbye)
		var before, after runtime.MemStats
		found := 0
		runtime.ReadMemStats(&before)
		for range analyze.New(src, analyze.Options{Brief: true}).Connections() {
			found++
		}
		if found != n {
			t.Fatalf("%d connections, want %d", found, n)
		}
		runtime.ReadMemStats(&after)
		return int64(after.TotalAlloc - before.TotalAlloc), int64(after.Mallocs - before.Mallocs)
	}
	octets, times := cost(base)
	moreOctets, moreTimes := cost(base + more)
	if each := (moreOctets - octets) / more; each > mostBytes {
		t.Errorf("%d bytes allocated for each connection that closes, want no more than %d", each, mostBytes)
	}
	if each := (moreTimes - times) / more; each > mostTimes {
		t.Errorf("%d allocations for each connection that closes, want no more than %d", each, mostTimes)
	}
}
