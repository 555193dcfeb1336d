package live

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"runtime"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/flowstate-tcp/flowstate/capture"
)

const (
	writeBuffer   = 1 << 20
	nanoseconds   = 9 // the power of ten
	packetBlock   = 32
	statsBlockMax = 56
)

// Section is what a pcapng file says before its first packet.
type Section struct {
	Comment    string
	Filter     string // of all interfaces, empty: none
	Interfaces []capture.Interface
}

// Writer writes packets as pcapng. It is a Sink.
type Writer struct {
	ng   *pcapgo.NgWriter
	size int64
}

// NewWriter begins a file with one section and its interfaces.
func NewWriter(out io.Writer, s Section) (*Writer, error) {
	if longest := max(len(s.Comment), len(s.Filter)+1); longest > math.MaxUint16 {
		return nil, fmt.Errorf("a comment or filter of %d bytes: pcapng has room for %d", longest, math.MaxUint16)
	}
	begun := &measured{out: out}
	// pcapgo takes a bufio.Writer for its own, so that nothing is copied twice.
	ng, err := pcapgo.NewNgWriterInterface(bufio.NewWriterSize(begun, writeBuffer), s.describe(0), pcapgo.NgWriterOptions{
		SectionInfo: pcapgo.NgSectionInfo{Application: "flowstate", OS: runtime.GOOS, Hardware: runtime.GOARCH, Comment: s.Comment},
	})
	if err != nil {
		return nil, err
	}
	for n := 1; n < len(s.Interfaces); n++ {
		if _, err := ng.AddInterface(s.describe(n)); err != nil {
			return nil, err
		}
	}
	err = ng.Flush()
	return &Writer{ng, begun.n + int64(len(s.Interfaces)*statsBlockMax)}, err
}

func (s Section) describe(n int) pcapgo.NgInterface {
	i := s.Interfaces[n]
	return pcapgo.NgInterface{
		Name: i.Name, Filter: s.Filter, LinkType: layers.LinkType(i.LinkType), SnapLength: uint32(i.SnapLen),
		TimestampResolution: nanoseconds,
	}
}

// measured counts what is written.
type measured struct {
	out io.Writer
	n   int64
}

func (m *measured) Write(b []byte) (int, error) {
	n, err := m.out.Write(b)
	m.n += int64(n)
	return n, err
}

// WritePacket adds a packet.
func (w *Writer) WritePacket(p *capture.Packet) error {
	w.size += blockSize(p)
	return w.ng.WritePacket(gopacket.CaptureInfo{
		Timestamp: time.Unix(0, int64(p.Time)), CaptureLength: len(p.Data), Length: p.OrigLen, InterfaceIndex: p.Interface,
	}, p.Data)
}

func blockSize(p *capture.Packet) int64 { return packetBlock + int64(len(p.Data)+3)&^3 }

// Flush writes out what was added so far.
func (w *Writer) Flush() error { return w.ng.Flush() }

// Finish adds the counters of the interfaces, as of a time, and flushes.
func (w *Writer) Finish(at time.Time, counters []Counters) error {
	for n, c := range counters {
		stats := pcapgo.NgInterfaceStatistics{LastUpdate: at, PacketsReceived: c.Received, PacketsDropped: c.Dropped}
		if err := w.ng.WriteInterfaceStats(n, stats); err != nil {
			return err
		}
	}
	return w.ng.Flush()
}

// Size returns the length of the file in bytes if it was finished now, or a few
// more.
func (w *Writer) Size() int64 { return w.size }
