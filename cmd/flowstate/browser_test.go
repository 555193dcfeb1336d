package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// browser is a headless Chromium, driven over a pipe by the DevTools protocol.
type browser struct {
	out     *os.File
	mutex   sync.Mutex
	last    int
	answers map[int]chan answer
	tabs    map[string]*tab // by session
}

type answer struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// tab is a page with what it told.
type tab struct {
	t        *testing.T
	b        *browser
	session  string
	requests []string // URLs that were asked for
	told     []string // errors, warnings and calls of the console
	loaded   bool
}

// longest is how long a test waits for what must come.
const longest = 30 * time.Second

// startBrowser starts Chromium, which ends with the test.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	program := testneed.Program(t, "chromium")
	in, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	theirs, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "--window-size=1280,1000")
	cmd.ExtraFiles = []*os.File{in, out} // descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	out.Close()
	b := &browser{out: ours, answers: map[int]chan answer{}, tabs: map[string]*tab{}}
	done := make(chan struct{})
	go func() { defer close(done); b.read(theirs) }()
	t.Cleanup(func() {
		b.call("", "Browser.close", nil) // it may be gone
		ours.Close()
		kill := time.AfterFunc(longest, func() { cmd.Process.Kill() })
		<-done
		cmd.Wait()
		kill.Stop()
		theirs.Close()
	})
	return b
}

// read takes messages until the browser ends.
func (b *browser) read(from *os.File) {
	messages := bufio.NewReaderSize(from, 1<<20)
	for {
		text, err := messages.ReadBytes(0)
		if err != nil {
			break
		}
		var m struct {
			answer
			ID        int
			Method    string
			SessionID string
			Params    json.RawMessage
		}
		if json.Unmarshal(bytes.TrimSuffix(text, []byte{0}), &m) != nil {
			continue
		}
		b.mutex.Lock()
		if c := b.answers[m.ID]; c != nil {
			delete(b.answers, m.ID)
			c <- m.answer
		} else if tab := b.tabs[m.SessionID]; tab != nil {
			tab.hear(m.Method, m.Params)
		}
		b.mutex.Unlock()
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, c := range b.answers {
		close(c)
	}
	b.answers = nil
}

// hear notes what a page tells without being asked.
func (p *tab) hear(method string, params json.RawMessage) {
	var m struct {
		Request struct{ URL string }
		Entry   struct{ Level, Text string }
	}
	if json.Unmarshal(params, &m) != nil {
		return
	}
	switch method {
	case "Page.loadEventFired":
		p.loaded = true
	case "Network.requestWillBeSent":
		p.requests = append(p.requests, m.Request.URL)
	case "Log.entryAdded":
		p.told = append(p.told, m.Entry.Level+": "+m.Entry.Text)
	case "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Page.javascriptDialogOpening":
		p.told = append(p.told, method+": "+string(params))
	}
}

// call asks the browser, or a page of it, and waits for the answer.
func (b *browser) call(session, method string, params map[string]any) (json.RawMessage, error) {
	c := make(chan answer, 1)
	b.mutex.Lock()
	if b.answers == nil {
		b.mutex.Unlock()
		return nil, fmt.Errorf("%s: the browser has ended", method)
	}
	b.last++
	message := map[string]any{"id": b.last, "method": method}
	b.answers[b.last] = c
	b.mutex.Unlock()
	if params != nil {
		message["params"] = params
	}
	if session != "" {
		message["sessionId"] = session
	}
	text, err := json.Marshal(message)
	if err != nil {
		return nil, err
	}
	if _, err := b.out.Write(append(text, 0)); err != nil {
		return nil, err
	}
	select {
	case a, ok := <-c:
		switch {
		case !ok:
			return nil, fmt.Errorf("%s: the browser has ended", method)
		case a.Error != nil:
			return nil, fmt.Errorf("%s: %s", method, a.Error.Message)
		}
		return a.Result, nil
	case <-time.After(longest):
		return nil, fmt.Errorf("%s: no answer", method)
	}
}

// open loads a file and waits until it is there.
func (b *browser) open(t *testing.T, path, fragment string) *tab {
	t.Helper()
	address := url.URL{Scheme: "file", Path: path, Fragment: fragment}
	return b.openURL(t, address.String())
}

// openURL loads a page and waits until it is there.
func (b *browser) openURL(t *testing.T, address string) *tab {
	t.Helper()
	p := &tab{t: t, b: b}
	var target struct{ TargetID, SessionID string }
	text, err := b.call("", "Target.createTarget", map[string]any{"url": "about:blank"})
	if err == nil {
		err = json.Unmarshal(text, &target)
	}
	if err == nil {
		text, err = b.call("", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true})
	}
	if err == nil {
		err = json.Unmarshal(text, &target)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.session = target.SessionID
	b.mutex.Lock()
	b.tabs[p.session] = p
	b.mutex.Unlock()
	for _, domain := range []string{"Page", "Network", "Runtime", "Log", "Performance"} {
		p.ask(domain+".enable", nil)
	}
	t.Cleanup(func() { b.call("", "Target.closeTarget", map[string]any{"targetId": target.TargetID}) })
	p.ask("Page.navigate", map[string]any{"url": address})
	p.wait()
	return p
}

// busy returns for how many seconds the page has kept its processor busy.
func (p *tab) busy() float64 {
	p.t.Helper()
	var r struct {
		Metrics []struct {
			Name  string
			Value float64
		}
	}
	if err := json.Unmarshal(p.ask("Performance.getMetrics", nil), &r); err != nil {
		p.t.Fatal(err)
	}
	for _, m := range r.Metrics {
		if m.Name == "ProcessTime" {
			return m.Value
		}
	}
	p.t.Fatal("the browser tells no time")
	return 0
}

// wait waits until the page is there.
func (p *tab) wait() {
	p.t.Helper()
	p.until("the page is loaded", func() bool {
		p.b.mutex.Lock()
		defer p.b.mutex.Unlock()
		return p.loaded
	})
}

// reload loads the page once more.
func (p *tab) reload() {
	p.t.Helper()
	p.b.mutex.Lock()
	p.loaded = false
	p.b.mutex.Unlock()
	p.ask("Page.reload", nil)
	p.wait()
}

// ask calls a method of the page.
func (p *tab) ask(method string, params map[string]any) json.RawMessage {
	p.t.Helper()
	result, err := p.b.call(p.session, method, params)
	if err != nil {
		p.t.Fatal(err)
	}
	return result
}

// value evaluates an expression in the page.
func (p *tab) value(expression string) any {
	p.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	text := p.ask("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true})
	if err := json.Unmarshal(text, &r); err != nil {
		p.t.Fatal(err)
	}
	if r.ExceptionDetails != nil {
		p.t.Fatalf("%s: %s", expression, r.ExceptionDetails)
	}
	return r.Result.Value
}

// holds waits until an expression is true.
func (p *tab) holds(expression string) {
	p.t.Helper()
	p.until(expression, func() bool { return p.value("Boolean("+expression+")") == true })
}

func (p *tab) until(what string, ok func() bool) {
	p.t.Helper()
	for end := time.Now().Add(longest); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("never: %s\n%s", what, strings.Join(p.heard(), "\n"))
		}
	}
}

// heard is what the page told so far.
func (p *tab) heard() []string {
	p.b.mutex.Lock()
	defer p.b.mutex.Unlock()
	return append([]string(nil), p.told...)
}

// silent fails where the page told an error or asked for more than itself.
func (p *tab) silent() {
	p.t.Helper()
	for _, told := range p.heard() {
		p.t.Errorf("the page tells %s", told)
	}
	p.b.mutex.Lock()
	defer p.b.mutex.Unlock()
	if len(p.requests) != 1 {
		p.t.Errorf("it asked for %q, not for itself alone", p.requests)
	}
}

// keyCodes are those of keys that are no letters.
var keyCodes = map[string]int{"Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}

// press presses keys.
func (p *tab) press(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		down := map[string]any{"type": "keyDown", "key": k, "windowsVirtualKeyCode": keyCodes[k]}
		switch {
		case k == "Enter":
			down["text"] = "\r"
		case len(k) == 1:
			down["text"] = k
		}
		p.ask("Input.dispatchKeyEvent", down)
		p.ask("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": k, "windowsVirtualKeyCode": keyCodes[k]})
	}
}

// drag moves the mouse with its button down, from and to a share of an element.
func (p *tab) drag(selector string, from, to float64) {
	p.t.Helper()
	box := p.value(`(() => { const e = document.querySelector(` + fmt.Sprintf("%q", selector) + `); e.scrollIntoView({behavior: "instant", block: "center"}); const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })()`).([]any)
	at := func(share float64) (x, y float64) {
		return box[0].(float64) + share*box[2].(float64), box[1].(float64) + box[3].(float64)/2
	}
	mouse := func(kind string, share float64, buttons int) {
		x, y := at(share)
		p.ask("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1})
	}
	mouse("mouseMoved", from, 0)
	mouse("mousePressed", from, 1)
	mouse("mouseMoved", (from+to)/2, 1)
	mouse("mouseMoved", to, 1)
	mouse("mouseReleased", to, 0)
}
