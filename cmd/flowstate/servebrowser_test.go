package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// drop lets go of files above the page, as from a desktop.
func (p *tab) drop(paths ...string) {
	p.t.Helper()
	for _, kind := range []string{"dragEnter", "dragOver", "drop"} {
		p.ask("Input.dispatchDragEvent", map[string]any{
			"type": kind, "x": 200, "y": 300,
			"data": map[string]any{"items": []any{}, "files": paths, "dragOperationsMask": 1},
		})
	}
}

// TestServeInBrowser drops captures on the page of a server, and opens a report.
func TestServeInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := startBrowser(t)
	s := startServer(t, "--upload-limit", "100K")
	p := b.openURL(t, s.url)
	p.holds(`document.querySelectorAll("#list tbody tr").length === 1`)

	root := testneed.Root(t)
	p.drop(filepath.Join(root, "testdata/simultaneous-close.pcap"))
	p.holds(`document.getElementById("told").textContent === "Added simultaneous-close.pcap."`)
	p.holds(`document.querySelectorAll("#list tbody tr").length === 2`)
	if _, err := os.Stat(filepath.Join(s.dir, "simultaneous-close.pcap")); err != nil {
		t.Error(err)
	}
	p.drop(filepath.Join(root, "testdata/simultaneous-close.pcap"))
	p.holds(`document.querySelector("#told.wrong")?.textContent.includes("there is a file of this name")`)
	p.drop(filepath.Join(root, "LICENSE"))
	p.holds(`document.querySelector("#told.wrong")?.textContent.includes("not a capture file")`)
	large := filepath.Join(t.TempDir(), "large.pcap")
	if err := os.WriteFile(large, make([]byte, 200<<10), 0o644); err != nil {
		t.Fatal(err)
	}
	p.drop(large)
	p.holds(`document.querySelector("#told.wrong")?.textContent.includes("larger than what may be added")`)

	hostile := filepath.Join(s.dir, `<img src=x onerror=alert(1)>&quot;.pcap`)
	if err := os.Link(filepath.Join(s.dir, "simultaneous-close.pcap"), hostile); err != nil {
		t.Fatal(err)
	}
	p.value(`document.dispatchEvent(new Event("visibilitychange"))`) // which is when the page asks at once
	p.holds(`document.querySelectorAll("#list tbody tr").length === 3`)
	if p.value(`document.images.length`) != 0.0 {
		t.Error("the name of a file became an image")
	}
	p.value(`Array.from(document.querySelectorAll("#list a")).find((a) => a.textContent.includes("onerror")).click()`)
	p.holds(`document.title.includes("onerror") && document.getElementById("connections")`)
	p.holds(`document.querySelector("#index.sortable th button, #index.sortable th[aria-sort], #index th[tabindex]")`)
	for _, told := range p.heard() {
		if !strings.Contains(told, "409") && !strings.Contains(told, "415") { // the refusals above
			t.Errorf("the page tells %s", told)
		}
	}
}
