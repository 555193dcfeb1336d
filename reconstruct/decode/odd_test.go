package decode_test

import (
	"path/filepath"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// TestOddCaptures decodes the captures made for one oddity each, as far as
// their README speaks of links and networks: frames with a segment, and payload
// bytes of each side.
func TestOddCaptures(t *testing.T) {
	folder := testneed.Shared(t, "captures/odd")
	for _, c := range []struct {
		name                   string
		frames, client, server int
	}{
		{"01-plain.pcap", 19, 100, 5000},
		{"02-ipv6.pcap", 19, 100, 5000},
		{"03-vlan.pcap", 19, 100, 5000},
		{"04-qinq.pcap", 19, 100, 5000},
		{"05-gre.pcap", 19, 100, 5000},
		{"06-vxlan.pcap", 19, 100, 5000},
		{"07-ipip.pcap", 19, 100, 5000},
		{"08-6in4.pcap", 19, 100, 5000},
		{"10-pppoe.pcap", 19, 100, 5000},
		{"11-ip6ext.pcap", 19, 100, 5000},
		{"12-raw101.pcap", 19, 100, 5000},
		{"13-null.pcap", 19, 100, 5000},
		{"14-sll.pcap", 19, 100, 5000},
		{"15-sll2.pcap", 19, 100, 5000},
		{"16-ipfrag.pcap", 19, 100, 20000},
		{"17-nsec.pcap", 19, 100, 5000},
		{"18b-identical-dups.pcap", 38, 200, 10000},
		{"19-tso.pcap", 19, 100, 100000},
		{"20-iplen0-tso.pcap", 19, 100, 100000},
		{"21-wrap.pcap", 19, 100, 5000},
		{"30-snap54.pcap", 19, 100, 5000},
		{"31-snap40.pcap", 19, 0, 0}, // ports and little more: no segment has a known length
		{"34-tfo.pcap", 7, 50, 100},
		{"37-multiif.pcapng", 19, 100, 5000},
	} {
		got, err := decodeFile(filepath.Join(folder, c.name))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		client, server := 0, 0
		for k, n := range got.by {
			if k.dst == "10.0.0.2:80" || k.dst == "2001:db8::2:80" {
				client += n.bytes
			} else {
				server += n.bytes
			}
		}
		if got.frames != c.frames || client != c.client || server != c.server {
			t.Errorf("%s: %d frames, %d and %d bytes; want %d, %d and %d", c.name, got.frames, client, server, c.frames, c.client, c.server)
		}
	}
}
