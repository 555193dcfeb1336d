package live

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

const speedBytes = 256 << 20

// TestNoDropsAtFullSpeed records about 200,000 packets to a file as fast as
// the kernel moves them over a loopback interface like that of the L41 lab. It
// has three attempts: another program may take the processor away for longer
// than the ring lasts.
func TestNoDropsAtFullSpeed(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: 256 MiB are recorded to a file")
	}
	h := newHost(t)
	must(t, h.do(func() error { return noOffloads("lo") }))
	for range 3 {
		if fullSpeed(t, h) == 0 {
			return
		}
	}
	t.Error("packets were lost in each of three attempts")
}

func fullSpeed(t *testing.T, h *host) (dropped uint64) {
	o := h.options(t, "lo")
	r := begin(t, o)
	start := time.Now()
	transfer(t, h, h, "127.0.0.1", speedBytes)
	took := time.Since(start)
	stats := r.end()
	t.Logf("%d packets, %.0f MB/s, dropped %d", stats.Packets, speedBytes/1e6/took.Seconds(), stats.Dropped())
	c := read(t, o.Output)
	c.checkOrder(t)
	if told := *c.interfaces[0].Dropped; told != stats.Dropped() || uint64(len(c.packets))+told != *c.interfaces[0].Received {
		t.Errorf("the file holds %d packets and says %d of %d were lost", len(c.packets), told, *c.interfaces[0].Received)
	}
	if got := c.dataBytes(14); stats.Dropped() == 0 && got != speedBytes {
		t.Errorf("%d bytes of data, want %d", got, speedBytes)
	}
	return stats.Dropped()
}

// BenchmarkRecord tells how fast a transfer is while it is recorded, and what
// was lost; "none" is the transfer alone.
func BenchmarkRecord(b *testing.B) {
	for name, output := range map[string]string{"none": "", "null": os.DevNull, "file": filepath.Join(b.TempDir(), "a.pcapng")} {
		b.Run(name, func(b *testing.B) {
			h := newHost(b)
			must(b, h.do(func() error { return noOffloads("lo") }))
			var packets, dropped uint64
			b.SetBytes(speedBytes)
			for b.Loop() {
				var r *recording
				if output != "" {
					o := h.options(b, "lo")
					o.Output = output
					r = begin(b, o)
				}
				transfer(b, h, h, "127.0.0.1", speedBytes)
				if r != nil {
					stats := r.end()
					packets += uint64(stats.Packets)
					dropped += stats.Dropped()
				}
			}
			b.ReportMetric(float64(packets)/float64(b.N), "packets/op")
			b.ReportMetric(float64(dropped)/float64(b.N), "lost/op")
		})
	}
}

// BenchmarkPair records both ends of a pair, in order.
func BenchmarkPair(b *testing.B) {
	for name, output := range map[string]string{"null": os.DevNull, "file": filepath.Join(b.TempDir(), "a.pcapng")} {
		b.Run(name, func(b *testing.B) {
			x, y := newPair(b)
			must(b, x.do(func() error { return noOffloads("veth0") }))
			must(b, y.do(func() error { return noOffloads("veth1") }))
			var packets, dropped uint64
			b.SetBytes(speedBytes)
			for b.Loop() {
				o := x.options(b, "veth0")
				o.Interfaces = append(o.Interfaces, Interface{Name: "veth1", Inside: y.do})
				o.Output = output
				r := begin(b, o)
				transfer(b, x, y, "10.9.0.2", speedBytes)
				stats := r.end()
				packets += uint64(stats.Packets)
				dropped += stats.Dropped()
			}
			b.ReportMetric(float64(packets)/float64(b.N), "packets/op")
			b.ReportMetric(float64(dropped)/float64(b.N), "lost/op")
		})
	}
}
