package reconstruct_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// want is what one line of the README beside the odd captures says.
type want struct {
	file            string
	packets         int64
	payload, unique [2]int64
	marks           map[reconstruct.Mark]uint32 // of both sides; those not named are zero
	findings        []finding.Code
}

// plain is what most of the captures hold.
func plain(file string, findings ...finding.Code) want {
	return want{file, 19, [2]int64{100, 5000}, [2]int64{100, 5000}, nil, findings}
}

func offload(file string, findings ...finding.Code) want {
	return want{file, 19, [2]int64{100, 100_000}, [2]int64{100, 100_000}, nil, findings}
}

type marks = map[reconstruct.Mark]uint32

var odd = []want{
	plain("01-plain.pcap"), plain("02-ipv6.pcap"), plain("03-vlan.pcap"), plain("04-qinq.pcap"),
	plain("05-gre.pcap", finding.Tunnelled), plain("06-vxlan.pcap", finding.Tunnelled),
	plain("07-ipip.pcap", finding.Tunnelled), plain("08-6in4.pcap", finding.Tunnelled),
	plain("10-pppoe.pcap"), plain("11-ip6ext.pcap"), plain("12-raw101.pcap"), plain("13-null.pcap"),
	plain("14-sll.pcap"), plain("15-sll2.pcap"), plain("17-nsec.pcap"), plain("21-wrap.pcap"), plain("37-multiif.pcapng"),
	{"16-ipfrag.pcap", 19, [2]int64{100, 20_000}, [2]int64{100, 20_000}, nil, nil},
	{"18b-identical-dups.pcap", 38, [2]int64{200, 10_000}, [2]int64{100, 5000}, marks{reconstruct.Duplicate: 19}, []finding.Code{finding.CaptureDuplicates}},
	offload("19-tso.pcap", finding.OffloadSegments),
	offload("20-iplen0-tso.pcap", finding.OffloadSegments, finding.IPLengthZero),
	{"22-midstream.pcap", 7, [2]int64{0, 4000}, [2]int64{0, 4000}, nil, []finding.Code{finding.UnknownWindowScale}},
	{"23-oneway.pcap", 9, [2]int64{0, 5000}, [2]int64{0, 5000}, marks{reconstruct.UnseenACK: 2}, []finding.Code{finding.OneDirectionOnly}},
	{"25-simopen.pcap", 10, [2]int64{10, 0}, [2]int64{10, 0}, nil, nil},
	{"26-synretry-timeout.pcap", 4, [2]int64{}, [2]int64{}, marks{reconstruct.Retransmission: 3, reconstruct.SYNRetransmission: 3}, nil},
	{"27-refused.pcap", 2, [2]int64{}, [2]int64{}, nil, nil},
	{"28-halfclose.pcap", 9, [2]int64{0, 500}, [2]int64{0, 500}, nil, nil},
	{"29-zwin-keepalive.pcap", 12, [2]int64{1201, 0}, [2]int64{1200, 0}, marks{
		reconstruct.ZeroWindow: 2, reconstruct.WindowProbe: 1, reconstruct.WindowProbeACK: 1, reconstruct.WindowUpdate: 1,
		reconstruct.KeepAlive: 1, reconstruct.KeepAliveACK: 1,
	}, []finding.Code{finding.ZeroWindow}},
	{"30-snap54.pcap", 19, [2]int64{100, 5000}, [2]int64{100, 5000}, marks{reconstruct.Truncated: 8},
		[]finding.Code{finding.SnaplenCut, finding.HeaderCut, finding.UnknownWindowScale}},
	{"31-snap40.pcap", 19, [2]int64{}, [2]int64{}, marks{reconstruct.Truncated: 19}, []finding.Code{finding.HeaderCut}},
	{"32-cut.pcap", 18, [2]int64{100, 5000}, [2]int64{100, 5000}, nil, nil},
	{"33-capdrop.pcap", 17, [2]int64{100, 3000}, [2]int64{100, 3000}, marks{reconstruct.UnseenACK: 2, reconstruct.GapBefore: 1}, []finding.Code{finding.PacketsMissing}},
	{"34-tfo.pcap", 7, [2]int64{50, 100}, [2]int64{50, 100}, nil, nil},
	{"35-timewait-reack.pcap", 8, [2]int64{}, [2]int64{}, marks{
		reconstruct.Retransmission: 1, reconstruct.Spurious: 1, reconstruct.FINRetransmission: 1,
	}, nil},
	{"36-challenge.pcap", 7, [2]int64{0, 10}, [2]int64{0, 10}, marks{reconstruct.ChallengeACK: 1}, nil},
}

func TestOdd(t *testing.T) {
	dir := corpus(t, "odd")
	for _, w := range odd {
		t.Run(w.file, func(t *testing.T) {
			list := replay(t, filepath.Join(dir, w.file), nil)
			if len(list) != 1 {
				t.Fatalf("%d connections", len(list))
			}
			w.check(t, &list[0])
		})
	}
}

func (w *want) check(t *testing.T, c *reconstruct.Connection) {
	if c.Packets() != w.packets {
		t.Errorf("%d packets, want %d", c.Packets(), w.packets)
	}
	for _, s := range reconstruct.Sides {
		if h := &c.Half[s]; h.Payload != w.payload[s] || h.Unique != w.unique[s] {
			t.Errorf("%s: payload %d, unique %d; want %d, %d", s, h.Payload, h.Unique, w.payload[s], w.unique[s])
		}
	}
	for m := range reconstruct.Mark(reconstruct.NumMarks) {
		if n := c.Half[0].Counts[m] + c.Half[1].Counts[m]; n != w.marks[m] {
			t.Errorf("%d %s, want %d", n, m, w.marks[m])
		}
	}
	var codes []finding.Code
	for _, f := range c.Findings {
		codes = append(codes, f.Code)
	}
	if !slices.Equal(codes, w.findings) {
		t.Errorf("findings %v, want %v", codes, w.findings)
	}
}

func TestPortReuse(t *testing.T) {
	list := replay(t, filepath.Join(corpus(t, "odd"), "24-portreuse.pcap"), nil)
	if len(list) != 2 {
		t.Fatalf("%d connections", len(list))
	}
	w := plain("")
	w.check(t, &list[0])
	w.findings = []finding.Code{finding.PortReused}
	w.check(t, &list[1])
	if list[0].Previous != -1 || list[1].Previous != 0 {
		t.Errorf("previous %d and %d", list[0].Previous, list[1].Previous)
	}
}
