package decode

import (
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
)

// TestTablesAreTotal finds layers without a function.
func TestTablesAreTotal(t *testing.T) {
	for l := done + 1; l < numLayers; l++ {
		if dissectors[l] == nil {
			t.Errorf("layer %d has no function", l)
		}
	}
}

// check tests what holds between calls: every unfinished packet is in the map
// and in the list, the list is in order of arrival, and held is their size.
func (f *defragmenter) check(t *testing.T) {
	t.Helper()
	n, held := 0, 0
	var before *partial
	for p := f.oldest; p != nil; before, p = p, p.next {
		if p.prev != before || f.open[p.key] != p {
			t.Fatal("list and map of unfinished packets disagree")
		}
		n++
		held += len(p.buf) + len(p.pieces)*pieceOverhead
	}
	if f.newest != before || n != len(f.open) || held != f.held {
		t.Fatalf("%d packets in the list, %d in the map; %d bytes, accounted %d", n, len(f.open), held, f.held)
	}
	if f.held > maxHeld || len(f.spare) > maxSpare {
		t.Fatalf("%d bytes and %d spare buffers held", f.held, len(f.spare))
	}
}

// TestDefragmenterIsBounded floods it with first fragments.
func TestDefragmenterIsBounded(t *testing.T) {
	data := make([]byte, 20+1480)
	data[0], data[2], data[3], data[6], data[9] = 0x45, 0x05, 0xdc, 0x20, 6
	d := New()
	var r Result
	for id := range 20000 {
		data[4], data[5], data[12] = byte(id>>8), byte(id), byte(id>>16)
		p := capture.Packet{Frame: 1, LinkType: capture.LinkTypeRaw, OrigLen: len(data), Data: data}
		d.Decode(&p, &r)
		if id%1000 == 0 {
			d.defrag.check(t)
		}
	}
	d.defrag.check(t)
	if len(d.defrag.open) < 5000 {
		t.Errorf("only %d unfinished packets kept", len(d.defrag.open))
	}
}

// TestFragmentOfManyPieces gives up a packet that grows without end.
func TestFragmentOfManyPieces(t *testing.T) {
	data := make([]byte, 28)
	data[0], data[3], data[6], data[9] = 0x45, 28, 0x20, 6
	d := New()
	var r Result
	for range maxPieces + 1 {
		p := capture.Packet{Frame: 1, LinkType: capture.LinkTypeRaw, OrigLen: len(data), Data: data}
		d.Decode(&p, &r)
	}
	d.defrag.check(t)
	if len(d.defrag.open) != 0 || len(r.Findings) != 1 {
		t.Errorf("%d unfinished packets, findings %v", len(d.defrag.open), r.Findings)
	}
}
