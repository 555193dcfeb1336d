package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// small returns a capture of either kind that a test can read.
func small(t testing.TB, kind string, seed uint64) []byte {
	t.Helper()
	counts := plan{connections: 300, parallel: 50}
	if kind == "few" {
		counts = plan{connections: 20, packets: 200}
	}
	p, err := kindOf(kind, counts)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := generate(&out, p, seed); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSameSeedSameBytes(t *testing.T) {
	for _, kind := range []string{"few", "many"} {
		if !bytes.Equal(small(t, kind, 1), small(t, kind, 1)) {
			t.Errorf("%s: the same seed gives other bytes", kind)
		}
		if bytes.Equal(small(t, kind, 1), small(t, kind, 2)) {
			t.Errorf("%s: another seed gives the same bytes", kind)
		}
	}
}

// account is what a test knows of one connection.
type account struct {
	packets, payload int
	next             map[netip.Addr]uint32 // next sequence number by sender
	fins             int
}

func TestConnectionsAreWhole(t *testing.T) {
	for kind, want := range map[string]struct{ connections, packets, payload int }{
		"few":  {20, 200, 90 * mss},
		"many": {300, 16, 2 * mss},
	} {
		accounts := map[netip.AddrPort]*account{}
		read(t, small(t, kind, 1), func(ip *layers.IPv4, tcp *layers.TCP) { follow(t, accounts, ip, tcp) })
		if len(accounts) != want.connections {
			t.Errorf("%s: %d connections, want %d", kind, len(accounts), want.connections)
		}
		for client, a := range accounts {
			if a.fins != 2 || a.packets != want.packets || a.payload < want.payload {
				t.Errorf("%s: %v: %d FINs, %d packets, %d bytes", kind, client, a.fins, a.packets, a.payload)
			}
		}
	}
}

// follow holds a packet to the numbers of the packets before it.
func follow(t *testing.T, accounts map[netip.AddrPort]*account, ip *layers.IPv4, tcp *layers.TCP) {
	t.Helper()
	from, to := netip.AddrFrom4([4]byte(ip.SrcIP)), netip.AddrFrom4([4]byte(ip.DstIP))
	client := netip.AddrPortFrom(from, uint16(tcp.SrcPort))
	if tcp.SrcPort == 5201 {
		client = netip.AddrPortFrom(to, uint16(tcp.DstPort))
	}
	a := accounts[client]
	if a == nil {
		a = &account{next: map[netip.Addr]uint32{}}
		accounts[client] = a
	}
	if next, known := a.next[from]; known == tcp.SYN || known && next != tcp.Seq {
		t.Errorf("%v: sequence number %d, expected %d", client, tcp.Seq, next)
	}
	if tcp.ACK && int32(a.next[to]-tcp.Ack) < 0 {
		t.Errorf("%v: acknowledges %d, which was not sent", client, tcp.Ack)
	}
	a.next[from] = tcp.Seq + uint32(len(tcp.Payload))
	if tcp.SYN || tcp.FIN {
		a.next[from]++
	}
	if tcp.FIN {
		a.fins++
	}
	a.packets++
	a.payload += len(tcp.Payload)
}

// read gives each packet to visit, once lengths and checksums are found right.
func read(t *testing.T, capture []byte, visit func(*layers.IPv4, *layers.TCP)) {
	t.Helper()
	r, err := pcapgo.NewReader(bytes.NewReader(capture))
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, _, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		packet := gopacket.NewPacket(data, layers.LinkTypeEthernet, gopacket.Default)
		ip, isIP := packet.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		tcp, isTCP := packet.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !isIP || !isTCP || 14+int(ip.Length) != len(data) {
			t.Fatalf("not TCP, or a wrong length: %v", packet)
		}
		if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		if err, mismatches := packet.VerifyChecksums(); err != nil || len(mismatches) > 0 {
			t.Fatalf("checksums: %v %v", err, mismatches)
		}
		visit(ip, tcp)
	}
}

func TestTSharkFindsNothing(t *testing.T) {
	tshark := testneed.Program(t, "tshark")
	for _, kind := range []string{"few", "many"} {
		out, err := exec.Command(tshark, "-n", "-2", "-r", file(t, kind), "-T", "fields",
			"-e", "tcp.completeness", "-e", "tcp.analysis.flags", "-e", "_ws.malformed").Output()
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			if got := strings.TrimSpace(line); got != "31" { // handshake, data and FINs, no more
				t.Fatalf("%s: frame %d: %q", kind, i+1, got)
			}
		}
	}
}

func TestTCPTraceFindsWholeConnections(t *testing.T) {
	tcptrace := testneed.Program(t, "tcptrace")
	for kind, connections := range map[string]int{"few": 20, "many": 300} {
		out, err := exec.Command(tcptrace, "-nlr", file(t, kind)).Output()
		if err != nil {
			t.Fatal(err)
		}
		text := string(out)
		if n := strings.Count(text, "complete conn: yes"); n != connections {
			t.Errorf("%s: %d complete connections, want %d", kind, n, connections)
		}
		none := "rexmt data pkts:           0           rexmt data pkts:           0 "
		if n := strings.Count(text, none); n != connections {
			t.Errorf("%s: %d connections without retransmission, want %d", kind, n, connections)
		}
	}
}

func file(t *testing.T, kind string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), kind+".pcap")
	if err := os.WriteFile(name, small(t, kind, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestMemoryIsBounded: ten times the connections cost no more allocation than
// those of one moment do.
func TestMemoryIsBounded(t *testing.T) {
	allocations := func(connections int) float64 {
		p, err := kindOf("many", plan{connections: connections, parallel: 100})
		if err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(1, func() {
			if err := generate(io.Discard, p, 1); err != nil {
				t.Fatal(err)
			}
		})
	}
	const noise = 50 // of the runtime; a connection that costs any would cost 4,500
	if few, many := allocations(500), allocations(5000); many > few+noise {
		t.Errorf("%v allocations for 500 connections, %v for 5000", few, many)
	}
}

func BenchmarkGenerate(b *testing.B) {
	for _, kind := range []string{"few", "many"} {
		b.Run(kind, func(b *testing.B) {
			p, err := kindOf(kind, plan{connections: map[string]int{"few": 50, "many": 5000}[kind]})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				var n counter
				if err := generate(&n, p, 1); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(n))
			}
		})
	}
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// TestBytesArePinned notices a change of the bytes on which published figures
// were measured.
func TestBytesArePinned(t *testing.T) {
	for kind, want := range map[string]string{"few": "31007e80442180a7", "many": "e0c99f3bf144d778"} {
		if got := fmt.Sprintf("%x", sha256.Sum256(small(t, kind, 1)))[:16]; got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
}
