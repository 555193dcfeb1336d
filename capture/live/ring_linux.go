package live

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// blockLen is the unit in which the kernel hands over packets. A block goes out
// when it is full or old, and a packet does not cross its end. Small blocks
// last longer on a quiet interface while nobody reads: every retire uses up
// one.
const blockLen = 256 << 10

const (
	// lookAhead is how many blocks are looked at together. Two processors may
	// stamp packets in another order than they put them into the ring.
	lookAhead = 2

	// skew is how far apart these orders may be, in time. Measured: 10 µs at the
	// full speed of two processors.
	skew = int64(time.Millisecond)
)

// ring is the memory that a packet socket shares with us: blocks, each owned by
// the kernel or by us, which are used in turn.
type ring struct {
	memory  []byte
	at      int     // the oldest block that is being read
	pending []frame // of this block and the next, in the order of their times
	left    []int   // pending frames of each block, from the oldest on
	read    int     // blocks given back to the kernel
	newest  int64   // time of the latest frame so far
}

// frame is a packet in the ring.
type frame struct {
	time  int64 // nanoseconds since 1970
	start int   // of its header, in bytes from the start of the ring
	block int   // counted from the first that was ever read
}

// newRing gives the socket a ring and maps it.
func newRing(fd, mebibytes int) (*ring, error) {
	length := mebibytes << 20
	const frameLen = 2048 // for the kernel's arithmetic only
	err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &unix.TpacketReq3{
		Block_size: blockLen, Block_nr: uint32(length / blockLen),
		Frame_size: frameLen, Frame_nr: uint32(length / frameLen),
		Retire_blk_tov: uint32(retire / time.Millisecond),
	})
	if err != nil {
		return nil, fmt.Errorf("a ring of %d MiB: %w (hint: a smaller buffer)", mebibytes, err)
	}
	memory, err := unix.Mmap(fd, 0, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("mapping a ring of %d MiB: %w (hint: a smaller buffer)", mebibytes, err)
	}
	return &ring{memory: memory}, nil
}

// block returns the header of the block that is n after the one at hand.
func (r *ring) block(n int) *unix.TpacketHdrV1 {
	start := (r.at + n) % r.blocks() * blockLen
	described := (*unix.TpacketBlockDesc)(unsafe.Pointer(&r.memory[start]))
	return (*unix.TpacketHdrV1)(unsafe.Pointer(&described.Hdr))
}

// ours tells whether the kernel has handed over a block. Reading it atomically
// keeps what is read of its packets after that from being older.
func ours(b *unix.TpacketHdrV1) bool {
	return atomic.LoadUint32(&b.Block_status)&unix.TP_STATUS_USER != 0
}

// head returns the oldest frame, and whether no older one can come: a later
// block was seen, or the frame is older than any order could explain.
func (r *ring) head() (oldest frame, settled, ok bool) {
	for len(r.left) < lookAhead && ours(r.block(len(r.left))) {
		r.load()
	}
	if len(r.pending) == 0 {
		return frame{}, false, false
	}
	oldest = r.pending[0]
	return oldest, len(r.left) == lookAhead || r.newest-oldest.time > skew, true
}

// load takes in the frames of the next block.
func (r *ring) load() {
	b := r.block(len(r.left))
	start := (r.at + len(r.left)) % r.blocks() * blockLen
	at := start + int(b.Offset_to_first_pkt)
	r.pending = slices.Clone(r.pending) // what came before its start is no longer needed
	for range b.Num_pkts {
		h := r.header(at)
		f := frame{int64(h.Sec)*1e9 + int64(h.Nsec), at, r.read + len(r.left)}
		r.place(f)
		r.newest = max(r.newest, f.time)
		at += int(h.Next_offset)
	}
	r.left = append(r.left, int(b.Num_pkts))
}

// place puts a frame where its time belongs, which is mostly the end.
func (r *ring) place(f frame) {
	i := len(r.pending)
	for i > 0 && r.pending[i-1].time > f.time {
		i--
	}
	r.pending = slices.Insert(r.pending, i, f)
}

// advance forgets the head. The kernel gets back the blocks of which all was
// read, in their order.
func (r *ring) advance() {
	r.left[r.pending[0].block-r.read]--
	r.pending = r.pending[1:]
	for len(r.left) > 0 && r.left[0] == 0 {
		atomic.StoreUint32(&r.block(0).Block_status, unix.TP_STATUS_KERNEL)
		r.left = slices.Delete(r.left, 0, 1)
		r.at = (r.at + 1) % r.blocks()
		r.read++
	}
}

// bytes returns a frame from its header to the end of its block.
func (r *ring) bytes(f frame) []byte {
	return r.memory[f.start : f.start/blockLen*blockLen+blockLen]
}

// crowded tells whether half of the ring is waiting to be read.
func (r *ring) crowded() bool {
	return ours(r.block(r.blocks() / 2))
}

func (r *ring) close() error {
	if r == nil {
		return nil
	}
	return unix.Munmap(r.memory)
}

func (r *ring) blocks() int { return len(r.memory) / blockLen }

// header is what the kernel put in front of a packet.
func (r *ring) header(at int) *unix.Tpacket3Hdr { return frameHeader(r.memory[at:]) }

func frameHeader(b []byte) *unix.Tpacket3Hdr { return (*unix.Tpacket3Hdr)(unsafe.Pointer(&b[0])) }
