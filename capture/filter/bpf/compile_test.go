package bpf

import (
	"fmt"
	"strings"
	"testing"

	xbpf "golang.org/x/net/bpf"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/filter"
)

func TestEverythingIsSelectedWithoutAnExpression(t *testing.T) {
	for snapLen, want := range map[int]int{0: WholePacket, 96: 96} {
		raw, err := Compile(nil, capture.LinkTypeEthernet, snapLen)
		if err != nil {
			t.Fatal(err)
		}
		if got := run(t, machine(t, raw), nil); got != want {
			t.Errorf("snapshot length %d: %d", snapLen, got)
		}
	}
}

func TestSnapLenIsReturned(t *testing.T) {
	e, err := filter.Parse("tcp")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Compile(e, capture.LinkTypeRaw, 30)
	if err != nil {
		t.Fatal(err)
	}
	tcp := make([]byte, 40)
	tcp[0], tcp[9] = 0x45, protocolTCP
	if got := run(t, machine(t, raw), tcp); got != 30 {
		t.Errorf("%d bytes, want 30", got)
	}
}

// TestCooked holds the programs for datagram sockets against those for SLL2,
// which differ in where the protocol and everything else is.
func TestCooked(t *testing.T) {
	sll2 := linkLayers[capture.LinkTypeLinuxSLL2]
	for _, text := range expressions {
		e, err := filter.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := CompileCooked(e, 0)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := xbpf.Disassemble(raw)
		for i := range got {
			got[i] = moved(got[i], sll2)
		}
		want, err := Compile(e, capture.LinkTypeLinuxSLL2, 0)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := xbpf.Assemble(got); err != nil || fmt.Sprint(back) != fmt.Sprint(want) {
			t.Errorf("%s: %v, %v\nwant %v", text, err, back, want)
		}
	}
}

// moved puts a link layer back in front of what an instruction loads.
func moved(i xbpf.Instruction, link linkLayer) xbpf.Instruction {
	switch i := i.(type) {
	case xbpf.LoadExtension:
		return link.protocol
	case xbpf.LoadAbsolute:
		i.Off += link.header
		return i
	case xbpf.LoadIndirect:
		i.Off += link.header
		return i
	case xbpf.LoadMemShift:
		i.Off += link.header
		return i
	}
	return i
}

// TestFarJumps has tests that end far from where they lead.
func TestFarJumps(t *testing.T) {
	for _, n := range []int{10, 11, 12, 13, 14, 15, 20, 60} {
		for _, join := range []string{"or", "and not"} {
			text := "port 1"
			for port := 2; port <= n; port++ {
				text += fmt.Sprintf(" %s port %d", join, port)
			}
			e, err := filter.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			vm := compiled(t, text, capture.LinkTypeRaw)
			for _, p := range crowd(100) {
				if p.header == nil {
					continue
				}
				for _, port := range []int{1, n / 2, n, n + 1} {
					p.data[len(p.data)-19] = byte(port)
					p.data[len(p.data)-20] = 0
					h := header(p.header.Src.Addr(), p.header.Dst.Addr(), p.data[len(p.data)-20:])
					if got, want := run(t, vm, p.data) != 0, filter.Match(e, h); got != want {
						t.Fatalf("%s: port %d: %v, want %v", text, port, got, want)
					}
				}
			}
		}
	}
}

func TestRefused(t *testing.T) {
	tcp, err := filter.Parse("tcp")
	if err != nil {
		t.Fatal(err)
	}
	long, err := filter.Parse(strings.Repeat("port 1 or ", 300) + "port 2")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		e       filter.Expr
		link    capture.LinkType
		snapLen int
		want    string
	}{
		{tcp, capture.LinkTypeIEEE80211, 0, "not for link type IEEE802_11"},
		{tcp, capture.LinkTypeEthernet, -1, "snapshot length of -1"},
		{long, capture.LinkTypeEthernet, 0, "the kernel accepts 4096"},
	} {
		if _, err := Compile(c.e, c.link, c.snapLen); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}
