package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

// crowded has long addresses and about everything that a block can tell.
const crowded = `
@client [2001:db8:1111:2222:3333:4444:5555:6666]:54321
@server [2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:65432
0.000 > . 1:1001(1000) ack 1 win 0
0.001 > . 1:1001(1000) ack 1 win 0
0.300 > . 3001:4001(1000) ack 1 win 0 badsum
0.320 < . 1:1(0) ack 9001 win 0
0.310 < . 1:3001(3000) ack 9001 win 0
0.400 > R 4001:4001(0)
0.500 > F. 9001:9001(0) ack 3001 win 10
0.600 < F. 3001:3001(0) ack 9002 win 0
`

// TestScreen holds the view of one connection to a screen, 40 lines of 100
// columns.
func TestScreen(t *testing.T) {
	path := scenariotest.File(t, crowded)
	for _, folder := range []string{path, testneed.Shared(t, "captures/odd"), testneed.Shared(t, "captures/two-ended")} {
		out, _, _ := ran("summary", "-v", "-q", folder)
		blocks := strings.Split(strings.TrimRight(out, "\n"), "\n\n")
		lines := 0
		for _, block := range blocks {
			if strings.Contains(strings.SplitN(block, "\n", 2)[0], "connection ") {
				lines = 0
			}
			lines += strings.Count(block, "\n") + 2
			if lines-1 > 40 {
				t.Errorf("%s: %d lines, of which the last are\n%s", folder, lines-1, block)
			}
		}
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 100 {
				t.Errorf("%s: %d columns: %s", folder, n, line)
			}
		}
		if !strings.Contains(out, "most in flight") {
			t.Errorf("%s: no block about a connection", folder)
		}
	}
}
