package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

// reportOn writes a report beside nothing else, and returns its path.
func reportOn(t *testing.T, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	printedBy(t, 0, append([]string{"report", "-q", "-o", path}, args...)...)
	return path
}

// recorded returns the client's capture of one of the project's labs.
func recorded(lab string) string { return "../../testdata/lab/" + lab + "/client.pcapng.gz" }

// TestReportInBrowser opens reports in Chromium, and uses them as people do.
func TestReportInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := startBrowser(t)
	one := reportOn(t, recorded("linux-loss"))
	several := reportOn(t, recorded("linux-loss"), recorded("refused"), recorded("half-close"), recorded("short-connections"))
	for _, c := range []struct {
		name string
		test func(t *testing.T, b *browser, path string)
		path string
	}{
		{"table", reportTable, several}, {"links", reportLinks, several}, {"charts", reportCharts, one}, {"colours", reportColours, one},
		{"plain", reportPlain, several}, {"accessible", reportAccessible, several}, {"paper", reportPaper, one},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, b, c.path) })
	}
	t.Run("hostile", func(t *testing.T) { reportHostile(t, b) })
	t.Run("hostile lab", func(t *testing.T) { reportHostileLab(t, b) })
	t.Run("bounds", func(t *testing.T) { reportBounds(t, b) })
}

// column is what the rows show in a column of the table of connections.
const column = `Array.from(document.querySelectorAll("#index tbody tr:not([hidden])"), (r) => r.cells[%d].textContent)`

// reportTable sorts, filters and walks through the table of connections.
func reportTable(t *testing.T, b *browser, path string) {
	p := b.open(t, path, "")
	const packets = 8
	sorted := fmt.Sprintf(`(() => { const c = `+column+`.map(Number); return c.length > 3 && c.every((v, i) => !i || %%s); })()`, packets)
	heading := fmt.Sprintf(`document.querySelectorAll("#index thead button")[%d]`, packets)
	p.value(heading + `.focus()`)
	p.press("Enter")
	p.holds(fmt.Sprintf(sorted, "c[i-1] <= v"))
	p.press("Enter")
	p.holds(fmt.Sprintf(sorted, "c[i-1] >= v"))
	p.holds(heading + `.closest("th").getAttribute("aria-sort") === "descending"`)

	p.value(`document.getElementById("filter").focus()`)
	p.press("r", "e", "f", "u", "s", "e", "d")
	p.holds(fmt.Sprintf(`(`+column+`).length === 1`, 4) + ` && ` + fmt.Sprintf(column, 4) + `[0] === "refused"`)
	p.holds(`document.getElementById("filtered").textContent.startsWith("1 of ")`)
	p.holds(`document.querySelectorAll("details.conn:not(.filtered)").length === 1`)

	p.value(`{ const f = document.getElementById("filter"); f.value = ""; f.dispatchEvent(new Event("input")); }`)
	p.value(`document.querySelector("#index tbody a").focus()`)
	p.press("ArrowDown")
	p.holds(`document.activeElement === document.querySelectorAll("#index tbody a")[1]`)
	p.press("End")
	p.holds(`document.activeElement === Array.from(document.querySelectorAll("#index tbody a")).pop()`)
	p.silent()
}

// reportLinks goes to a connection by its link, and by the keyboard alone.
func reportLinks(t *testing.T, b *browser, path string) {
	p := b.open(t, path, "conn-3-0")
	p.holds(`document.getElementById("conn-3-0").open && document.activeElement.closest("details")?.id === "conn-3-0"`)
	p.silent()

	p = b.open(t, path, "")
	p.holds(`!document.querySelector("details.conn[open]")`)
	p.press("Tab", "Enter") // the first of all leads to the table
	p.holds(`location.hash === "#connections"`)
	p.value(`document.querySelector("#index tbody a").focus()`)
	p.press("Enter")
	p.holds(`document.getElementById("conn-1-0").open`)
	p.holds(`document.activeElement.tagName === "SUMMARY"`)
	p.press("Enter")
	p.holds(`!document.getElementById("conn-1-0").open`)
	p.silent()
}

// reportCharts zooms and moves the cursor: all panels follow.
func reportCharts(t *testing.T, b *browser, path string) {
	p := b.open(t, path, "")
	p.holds(`document.querySelectorAll(".plots .panel canvas").length >= 4`)
	p.holds(`getComputedStyle(document.querySelector("figure.charts .image")).display === "none"`)
	span := `(Number(document.querySelector(".plots").dataset.to) - Number(document.querySelector(".plots").dataset.from))`
	whole := p.value(span).(float64)
	if whole < 3.8 {
		t.Fatalf("the charts show %g s of 3.8", whole)
	}
	p.drag(".plots .panel:nth-of-type(3) .u-over", 0.25, 0.5)
	p.holds(fmt.Sprintf(`Math.abs(%s / %g - 0.25) < 0.03`, span, whole))
	zoomed := p.value(span).(float64)
	p.value(`document.querySelector(".plots").focus()`)
	p.press("+")
	p.holds(fmt.Sprintf(`Math.abs(%s / %g - 0.5) < 0.01`, span, zoomed))
	p.press("ArrowRight", "ArrowRight", "ArrowRight")
	p.holds(`document.querySelector(".plots .tools output").textContent.includes("in flight")`)
	p.holds(`new Set(Array.from(document.querySelectorAll(".u-cursor-x"), (c) => c.style.transform)).size === 1`)
	p.press("0")
	p.holds(fmt.Sprintf(`Math.abs(%s - %g) < 1e-6`, span, whole))
	p.value(`document.querySelector(".keys button").click()`)
	p.holds(`document.querySelector(".keys button").getAttribute("aria-pressed") === "false"`)
	p.silent()
}

// unreadable lists texts whose colour is too near to their ground's: below 4.5 to
// 1 (WCAG 2.2, 1.4.3).
const unreadable = `(() => {
	const luminance = (rgb) => rgb.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
	const parts = (c) => (c.match(/[\d.]+/g) || []).map(Number);
	const ground = (e) => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor); if (c.length === 3) return c; } return [255, 255, 255]; };
	const bad = new Set();
	for (const e of document.querySelectorAll("body *")) {
		const own = Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.textContent.trim());
		const style = getComputedStyle(e);
		if (!own || !e.checkVisibility() || e.tagName === "SCRIPT" || e.tagName === "title") continue;
		const a = luminance(parts(e.namespaceURI.endsWith("svg") ? style.fill : style.color).slice(0, 3)), b = luminance(ground(e));
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5) bad.add(e.tagName + "." + (e.className.baseVal ?? e.className) + " " + ratio.toFixed(2) + " " + e.textContent.slice(0, 30));
	}
	return Array.from(bad);
})()`

// reportColours looks at the page in light and in dark.
func reportColours(t *testing.T, b *browser, path string) {
	p := b.open(t, path, "")
	ground := `getComputedStyle(document.body).backgroundColor`
	for _, scheme := range []string{"light", "dark"} {
		p.ask("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}})
		p.holds(fmt.Sprintf(`(parseInt(%s.slice(4)) < 128) === %t`, ground, scheme == "dark"))
		if bad := p.value(unreadable).([]any); len(bad) > 0 {
			t.Errorf("%s: hard to read: %v", scheme, bad)
		}
	}
	p.value(`{ const s = document.getElementById("theme"); s.value = "light"; s.dispatchEvent(new Event("change")); }`)
	p.holds(fmt.Sprintf(`parseInt(%s.slice(4)) > 128`, ground))
	p.silent()
}

// reportPlain looks at a page whose scripts do not run.
func reportPlain(t *testing.T, b *browser, path string) {
	p := b.open(t, path, "")
	p.ask("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	p.reload()
	p.holds(`!document.documentElement.classList.contains("js")`)
	p.holds(`document.querySelectorAll("figure.charts svg").length > 0 && !document.querySelector("canvas")`)
	p.holds(`document.querySelectorAll("details.conn").length === document.querySelectorAll("#index tbody tr").length`)
	p.holds(`!document.querySelector("input") || document.querySelector(".filter").hidden`) // nothing that would not work
}

// faults are what keeps readers of the page by ear, or by keys, from what others
// see.
const faults = `(() => {
	const bad = [], seen = new Set();
	for (const e of document.querySelectorAll("[id]")) { if (seen.has(e.id)) bad.push("two of " + e.id); seen.add(e.id); }
	for (const e of document.querySelectorAll("[aria-labelledby],[aria-describedby]"))
		for (const name of ["aria-labelledby", "aria-describedby"])
			for (const id of (e.getAttribute(name) || "").split(" ").filter(Boolean)) if (!document.getElementById(id)?.textContent.trim()) bad.push(name + " " + id);
	for (const e of document.querySelectorAll("svg")) if (e.getAttribute("role") !== "img" || !e.querySelector("title")?.textContent) bad.push("svg without a name");
	for (const e of document.querySelectorAll("table")) if (!e.caption?.textContent || e.querySelector("thead th:not([scope])")) bad.push("table without caption or scope");
	for (const e of document.querySelectorAll("input,select")) if (!e.labels.length) bad.push("no label: " + e.id);
	for (const e of document.querySelectorAll("a[href^='#']")) if (!document.getElementById(e.getAttribute("href").slice(1))) bad.push("link to nothing: " + e.href);
	let level = 0;
	for (const e of document.querySelectorAll("h1,h2,h3,h4,h5,h6")) { const n = Number(e.tagName[1]); if (n > level + 1) bad.push("after h" + level + " " + e.tagName + ": " + e.textContent); level = n; }
	for (const name of ["main", "header", "nav", "footer", "h1", "title", "html[lang]"]) if (document.querySelectorAll(name).length < 1) bad.push("no " + name);
	if (document.querySelectorAll("h1, main > h1").length !== 1) bad.push("more than one h1");
	return bad;
})()`

func reportAccessible(t *testing.T, b *browser, path string) {
	p := b.open(t, path, "conn-1-0")
	if bad := p.value(faults).([]any); len(bad) > 0 {
		t.Errorf("%v", bad)
	}
	p.holds(`Array.from(document.querySelectorAll("section > .wide, details[open] .wide")).every((e) => (e.tabIndex === 0) === (e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight))`)
	p.press("Tab")
	p.holds(`getComputedStyle(document.activeElement).outlineStyle === "solid" && parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2`)
}

// reportPaper prints a page: what is open, with figures that need no script.
func reportPaper(t *testing.T, b *browser, path string) {
	p := b.open(t, path, "")
	p.ask("Emulation.setEmulatedMedia", map[string]any{"media": "print"})
	p.holds(`getComputedStyle(document.querySelector(".plots")).display === "none"`)
	p.holds(`getComputedStyle(document.querySelector("figure.charts .image")).display === "block"`)
	var pdf struct{ Data []byte }
	if err := json.Unmarshal(p.ask("Page.printToPDF", map[string]any{"preferCSSPageSize": true}), &pdf); err != nil || !bytes.HasPrefix(pdf.Data, []byte("%PDF-")) {
		t.Errorf("no PDF: %v", err)
	}
}

// inject is what a hostile capture says: a script in every way that HTML knows.
const inject = `"'></title></script></textarea><script>window.pwned=1</script><img src=x onerror="window.pwned=1"><svg onload="window.pwned=1">&lt;b&gt;{{.}}`

// reportHostile opens a report on a capture that says nothing but scripts.
func reportHostile(t *testing.T, b *browser) {
	name := strings.ReplaceAll(inject, "/", "") + ".pcapng"
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, hostileCapture(t, "../../testdata/simultaneous-close.pcap"), 0o644); err != nil {
		t.Fatal(err)
	}
	p := b.open(t, reportOn(t, path, "--title", inject), "conn-0")
	p.ownsNothing(t)
	p.holds(`document.querySelector("h1").textContent === ` + quoteJS(inject))
	p.holds(`document.title.startsWith(` + quoteJS(inject) + `)`)
	p.holds(`document.querySelector(".comments").textContent.includes(` + quoteJS(inject) + `)`)
	p.holds(`document.getElementById("health").textContent.includes(` + quoteJS(name) + `)`)
	p.holds(`document.getElementById("conn-0-ladder").textContent.includes("<script>window.pwned=1<")`)
	p.silent()
}

// ownsNothing fails where something from outside has become part of the page.
func (p *tab) ownsNothing(t *testing.T) {
	t.Helper()
	p.holds(`document.readyState === "complete"`)
	if p.value(`window.pwned`) != nil {
		t.Error("a script from outside has run")
	}
	if n := p.value(`document.querySelectorAll("img, iframe, object, embed, [onload], [onerror], script:not([type]):not(body > script)").length`); n != 0.0 {
		t.Errorf("%v elements from outside", n)
	}
}

func quoteJS(s string) string {
	text, _ := json.Marshal(s) // a string has JSON
	return string(text)
}

// hostileCapture is a capture as pcapng with scripts in all that can be text.
func hostileCapture(t *testing.T, from string) []byte {
	t.Helper()
	r, err := pcapfile.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out []byte
	le := binary.LittleEndian
	block := func(kind uint32, body []byte) {
		body = append(body, make([]byte, -len(body)&3)...)
		size := uint32(len(body) + 12)
		out = le.AppendUint32(le.AppendUint32(out, kind), size)
		out = le.AppendUint32(append(out, body...), size)
	}
	option := func(b []byte, code uint16, text string) []byte {
		b = le.AppendUint16(le.AppendUint16(b, code), uint16(len(text)))
		b = append(b, text...)
		return append(b, make([]byte, -len(text)&3)...)
	}
	words := func(b []byte, codes ...uint16) []byte {
		for _, c := range codes {
			b = option(b, c, inject)
		}
		return option(b, 0, "")
	}
	section := le.AppendUint64(le.AppendUint32(le.AppendUint32(nil, 0x1a2b3c4d), 1), ^uint64(0))
	block(0x0a0d0d0a, words(section, 1, 2, 3, 4))                        // comment, hardware, system, program
	block(1, words([]byte{1, 0, 0, 0, 0, 0, 4, 0}, 1, 2, 3, 11+1, 15))   // comment, name, description, system, hardware
	host := append([]byte{10, 0, 0, 1}, append([]byte(inject), 0)...)    // a name of the client
	names := le.AppendUint16(le.AppendUint16(nil, 1), uint16(len(host))) //
	names = append(append(names, host...), make([]byte, -len(host)&3)...)
	block(4, append(names, 0, 0, 0, 0))
	for p := (capture.Packet{}); ; {
		if err := r.Next(&p); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		micros := uint64(p.Time) / 1000
		body := le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, 0), uint32(micros>>32)), uint32(micros))
		data := bytes.Clone(p.Data)
		if n := len(data); n > 200 {
			copy(data[n-len(inject):], inject)
		}
		body = append(le.AppendUint32(le.AppendUint32(body, uint32(len(data))), uint32(len(data))), data...)
		body = append(body, make([]byte, -len(body)&3)...)
		block(6, words(body, 1))
	}
}

// reportHostileLab opens a report on a lab whose manifest says nothing but
// scripts.
func reportHostileLab(t *testing.T, b *browser) {
	dir := filepath.Join(t.TempDir(), "lab")
	printedBy(t, 0, "lab", "run", "--link", "simulated", "--delay", "5", "-t", "64K", "-b", "32K", "-q", "-o", dir)
	manifest := filepath.Join(dir, "manifest.json")
	text, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	m["backend"] = inject
	for _, run := range m["runs"].([]any) {
		run := run.(map[string]any)
		run["cell"], run["kernel"], run["backend"] = inject, inject, inject
	}
	if text, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(manifest, text, 0o644); err != nil {
		t.Fatal(err)
	}
	p := b.open(t, reportOn(t, dir), "")
	p.ownsNothing(t)
	p.holds(`document.getElementById("lab").textContent.includes(` + quoteJS("<script>window.pwned=1</script>") + `)`)
	p.holds(`document.querySelectorAll("#lab figure svg").length > 0`)
	p.silent()
}

// reportBounds opens reports on 100,000 segments, and on 1,000 connections.
func reportBounds(t *testing.T, b *browser) {
	for _, c := range []struct {
		name        string
		capture     string
		connections int
		most        float64 // seconds of the browser's work
	}{
		{"one long connection", longConnections(1, 100_000), 1, 2},
		{"fifty connections", longConnections(50, 2_000), 50, 2},
		{"a thousand connections", longConnections(1000, 12), 1000, 4},
	} {
		path := scenariotest.File(t, c.capture)
		page := reportOn(t, path)
		if info, err := os.Stat(page); err != nil || info.Size() >= 15e6 {
			t.Errorf("%s: %v, %d bytes of HTML", c.name, err, info.Size())
		}
		busy := math.Inf(1)
		for try := 0; try < 3 && busy >= c.most; try++ { // a machine with much else to do is slow
			p := b.open(t, page, "")
			p.holds(fmt.Sprintf(`document.querySelectorAll("#index tbody tr").length === %d`, c.connections))
			busy = min(busy, p.busy())
			p.silent()
		}
		if t.Logf("%s: the browser worked for %.2f s", c.name, busy); busy >= c.most {
			t.Errorf("%s: that is too long", c.name)
		}
	}
}

// TestReportColours finds a colour for dark pages for each that figures have: those
// of the gallery, which has every kind.
func TestReportColours(t *testing.T) {
	page, err := os.ReadFile(reportOn(t, recorded("refused")))
	if err != nil {
		t.Fatal(err)
	}
	images, err := filepath.Glob("../../docs/images/*/*.svg")
	if err != nil || len(images) < 20 {
		t.Fatalf("%v: %d images", err, len(images))
	}
	ink := regexp.MustCompile(`(?:fill|stroke)="#([0-9a-f]{6})"`)
	for _, path := range images {
		image, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range ink.FindAllSubmatch(image, -1) {
			if !bytes.Contains(page, []byte("--i"+string(match[1])+":")) {
				t.Errorf("%s: #%s has no dark counterpart", path, match[1])
			}
		}
	}
}

// longConnections is a scenario: so many connections, each with about so many
// segments, and with what was sent again.
func longConnections(connections, segments int) string {
	var b strings.Builder
	for c := range connections {
		at := float64(c) * 0.01
		fmt.Fprintf(&b, "@conn %d\n%.3f > S 0:0(0) <mss 1460,sackOK,wscale 7>\n+.020 < S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7>\n+.001 > . 1:1(0) ack 1\n", c, at)
		next := 1
		for i := range (segments - 7) / 2 {
			fmt.Fprintf(&b, "+.0%02d < . %d:%d(100) ack 1\n+.0%02d > . 1:1(0) ack %d\n", i*7%9+1, next, next+100, i*5%19+2, next+100)
			if i%500 == 499 {
				fmt.Fprintf(&b, "+.3 < . %d:%d(100) ack 1\n", next, next+100)
			}
			next += 100
		}
		fmt.Fprintf(&b, "+.01 < F. %d:%d(0) ack 1\n+.02 > F. 1:1(0) ack %d\n+.01 < . %d:%d(0) ack 2\n", next, next, next+1, next+1, next+1)
	}
	return b.String()
}
