package main

import (
	"strings"
	"testing"
)

func TestSharedEnds(t *testing.T) {
	for _, c := range []struct{ paths, want string }{
		{"one.pcap many.pcap", "one many"},
		{"a/run-0ms.pcap a/run-10ms.pcap", "0ms 10ms"},
		{"lab/0ms,auto/client.pcapng lab/5ms,auto/client.pcapng", "0ms,auto 5ms,auto"},
		{"a.pcap a.pcap", "a a"},
		{"a.pcap a.pcap.gz", "a.pcap a.pcap.gz"},
		{"x/a/1.pcap x/a/2.pcap x/b/1.pcap", "a/1 a/2 b/1"},
	} {
		paths := strings.Fields(c.paths)
		before, after := sharedEnds(paths)
		var got []string
		for _, p := range paths {
			got = append(got, p[before:len(p)-after])
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v", c.paths, got)
		}
	}
}
