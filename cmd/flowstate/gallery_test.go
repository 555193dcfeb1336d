package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/render/chart/kind"
)

const galleryPage = "docs/gallery.md"

// exhibit is a figure of the gallery: what it shows, and the command that makes
// it, run in the project's folder. The file of -o is in docs/images/gallery.
type exhibit struct{ title, text, command string }

// exhibits are the figures of single captures, in the order of the page.
var exhibits = []exhibit{
	{"Time-sequence, as tcptrace draws it", "Segments as bars between the acknowledgements below and the end of the window above; what was sent again is marked by its cause.",
		"plot testdata/lab/linux-loss/client.pcapng.gz --kind tcptrace -o tcptrace.svg"},
	{"Time-sequence, as Stevens drew it", "Zoomed to some seconds.",
		"plot testdata/lab/linux-loss/server.pcapng.gz --kind stevens --time 1.2:2.6 -o stevens.svg"},
	{"Bytes in flight, windows and round-trip time", "Kinds along time stack on one axis.",
		"plot testdata/lab/benchmark-40ms/server.pcapng.gz --kind in-flight,rtt -o in-flight.svg"},
	{"Slow start", "The same connection, that phase alone.",
		"plot testdata/lab/benchmark-40ms/server.pcapng.gz --kind tcptrace,in-flight --phase slow-start -o slow-start.svg"},
	{"Throughput and goodput", "",
		"plot testdata/lab/linux-loss/server.pcapng.gz --kind throughput -o throughput.svg"},
	{"Round-trip times", "",
		"plot testdata/lab/linux-rate/server.pcapng.gz --kind rtt -o rtt.svg"},
	{"Their distribution", "Several captures on the same axes, with their delays for a legend.",
		"plot testdata/lab/benchmark-5ms/server.pcapng.gz testdata/lab/benchmark-20ms/server.pcapng.gz testdata/lab/benchmark-40ms/server.pcapng.gz --kind rtt-cdf --overlay -o rtt-cdf.svg"},
	{"Segment sizes", "One column wide, as all figures can be.",
		"plot testdata/lab/nagle/client.pcapng.gz --kind segment-sizes --width one-column -o segment-sizes.svg"},
	{"Advertised window", "",
		"plot testdata/lab/zero-window/client.pcapng.gz --kind window -o window.svg"},
	{"States of both endpoints", "A slanted border spans the time in which the change can have come.",
		"plot testdata/lab/simultaneous-close/client.pcapng.gz --kind states -o states.svg"},
	{"What kept the sender from sending more", "",
		"plot testdata/lab/benchmark-fixed/server.pcapng.gz --kind limits -o limits.svg"},
	{"Its shares", "",
		"plot testdata/lab/benchmark-fixed/server.pcapng.gz testdata/lab/benchmark-20ms/server.pcapng.gz --kind limit-shares --overlay -o limit-shares.svg"},
	{"All connections of a capture", "",
		"plot testdata/lab/short-connections/client.pcapng.gz --kind connections -o connections.svg"},
	{"Ladder", "Both ends with their states; arrows slant by the delay of each.",
		"ladder testdata/lab/simultaneous-close/client.pcapng.gz --join testdata/lab/simultaneous-close/server.pcapng.gz -o ladder.svg"},
	{"Ladder of a transfer", "What does not fit is folded.",
		"ladder testdata/lab/linux-loss/client.pcapng.gz --rows 40 -o ladder-folded.svg"},
	{"State diagram", "",
		"diagram testdata/lab/simultaneous-close/client.pcapng.gz -o diagram.svg"},
	{"State diagram of many connections", "Merged, on top of the state machine of RFC 9293.",
		"diagram testdata/lab/half-close testdata/lab/termination testdata/lab/reset-by-server --reference --merge -o diagram-merged.svg"},
}

// sweepExhibits are figures of a sweep, by their file, with what each shows.
var sweepExhibits = []exhibit{
	{title: "Bandwidth against delay", command: "bandwidth-delay.svg"},
	{title: "Windows along time, at one delay", command: "time-20ms.svg"},
	{title: "Slow start", command: "slow-start-20ms.svg"},
	{title: "Close pattern against delay", command: "close-delay.svg"},
	{title: "What the simulated link changes", command: "simulation-effect.svg"},
	{title: "What recording changes", command: "probe-effect.svg"},
	{title: "State diagrams by delay", command: "states.svg"},
	{title: "Hypothesis 1", command: "hypothesis-1.svg"},
	{title: "Hypothesis 2", command: "hypothesis-2.svg"},
}

// TestGallery runs every command of the gallery, and compares what it draws with
// what the page shows.
func TestGallery(t *testing.T) {
	sweep, err := filepath.Abs("testdata/figures") // TestSweepFigures holds it to what the sweep gives
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../..")
	drawn := t.TempDir()
	for _, e := range exhibits {
		command, name := splitOutput(t, e.command)
		out := filepath.Join(drawn, name)
		printedBy(t, 0, append(strings.Fields(command), "-q", "-o", out)...)
		got, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		testneed.Golden(t, filepath.Join("docs/images/gallery", name), got, *update)
	}
	for _, e := range sweepExhibits {
		got, err := os.ReadFile(filepath.Join(sweep, e.command))
		if err != nil {
			t.Fatal(err)
		}
		testneed.Golden(t, filepath.Join("docs/images/gallery", "sweep-"+e.command), got, *update)
	}
	testneed.Golden(t, galleryPage, []byte(galleryMarkdown()), *update)
}

// TestGalleryHasEveryKind finds each kind of chart on the page.
func TestGalleryHasEveryKind(t *testing.T) {
	for _, k := range kind.Names() {
		found := false
		for _, e := range exhibits {
			words := strings.Fields(e.command)
			for i, w := range words {
				found = found || w == "--kind" && strings.Contains(","+words[i+1]+",", ","+k+",")
			}
		}
		if !found {
			t.Errorf("the gallery has no %s", k)
		}
	}
}

func splitOutput(t *testing.T, command string) (rest, name string) {
	t.Helper()
	rest, name, ok := strings.Cut(command, " -o ")
	if !ok {
		t.Fatalf("%s has no output", command)
	}
	return rest, name
}

func galleryMarkdown() string {
	var b strings.Builder
	b.WriteString(`# Gallery

Every kind of figure that flowstate draws, from the project's own captures, with
the command that made it. Commands run in the project's folder. The ending of
` + "`-o`" + ` decides the format: SVG as here, PNG or PDF; beside each figure comes a
CSV of its points, with ` + "`--caption`" + ` a caption with its numbers, and with
` + "`--latex`" + ` (charts and ladders) the figure for LaTeX.

`)
	b.WriteString("    go test ./cmd/flowstate -run Gallery -update\n\nmakes this page and its figures anew; a test fails where one is out of date.\n")
	for _, e := range exhibits {
		_, name, _ := strings.Cut(e.command, " -o ")
		writeExhibit(&b, e, "flowstate "+e.command, name)
	}
	b.WriteString(`
# Figures of a sweep

One command runs a sweep of the lab and draws all of its figures, with a report
on them:

    flowstate lab sweep --preset l41 --link simulated --delay 5:35:15 -n 4 -t 256K -b 32K --image svg -o l41

` + "`flowstate lab report l41 --image svg`" + ` makes them again from the folder alone.
`)
	for _, e := range sweepExhibits {
		writeExhibit(&b, e, "", "sweep-"+e.command)
	}
	return b.String()
}

func writeExhibit(b *strings.Builder, e exhibit, command, name string) {
	fmt.Fprintf(b, "\n## %s\n\n", e.title)
	if e.text != "" {
		fmt.Fprintf(b, "%s\n\n", e.text)
	}
	if command != "" {
		fmt.Fprintf(b, "    %s\n\n", command)
	}
	fmt.Fprintf(b, "![%s](images/gallery/%s)\n", e.title, name)
}
