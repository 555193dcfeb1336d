package join_test

import (
	"path/filepath"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/join"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// Whatever is odd about a capture, joined with itself it loses nothing.
func TestOddWithItself(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testneed.Shared(t, "captures/odd"), "*.pcap*"))
	if err != nil || len(files) < 30 {
		t.Fatalf("%d captures (%v)", len(files), err)
	}
	for _, file := range files {
		j := joinBoth(t, fromFile(file), fromFile(file))
		for _, p := range j.packets {
			if p.Fate != join.Passed || p.Reordered || p.Frames[0] != p.Frames[1] || p.HasDelay && p.Delay != 0 {
				t.Errorf("%s: %+v", filepath.Base(file), p)
			}
		}
	}
}
