package serve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
)

// rig is a site over a folder of its own, whose reports repeat the capture.
type rig struct {
	t    *testing.T
	dir  string
	site *Site
	made int // reports
	wait func(ctx context.Context)
	said []string
}

const host = "localhost:8793"

func newRig(t *testing.T, upload int64) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir()}
	folder, err := OpenFolder(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { folder.Close() })
	r.site = New(Options{
		Folder: folder, Hosts: []string{host, "127.0.0.1:8793"}, Upload: upload, Log: func(text string) { r.said = append(r.said, text) },
		Check: func(filter string) error {
			if strings.HasPrefix(filter, "bad") {
				return errors.New("unknown word")
			}
			return nil
		},
		Report: func(ctx context.Context, capture io.Reader, name, filter string, w io.Writer) error {
			r.made++
			if r.wait != nil {
				r.wait(ctx)
			}
			text, err := io.ReadAll(capture)
			if err != nil || ctx.Err() != nil {
				return errors.Join(err, ctx.Err())
			}
			_, err = fmt.Fprintf(w, "report on %s (%s): %s", name, filter, text)
			return err
		},
	})
	t.Cleanup(r.site.Close)
	return r
}

func (r *rig) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		r.t.Fatal(err)
	}
}

// ask sends a request with further headers, each "Name: value".
func (r *rig) ask(method, target string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	r.t.Helper()
	request := httptest.NewRequest(method, "http://"+host+"/", body)
	request.URL.Path, request.URL.RawPath = "", ""
	parsed, err := request.URL.Parse(target)
	if err != nil {
		r.t.Fatal(err)
	}
	request.URL, request.RequestURI = parsed, target
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			request.Host = value
		}
		request.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	r.site.ServeHTTP(w, request)
	return w
}

// form is the body of an upload, and its type.
func form(token, field, name string, file []byte) (*bytes.Buffer, string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	m.WriteField("token", token) // into a buffer, which does not fail
	part, _ := m.CreateFormFile(field, name)
	part.Write(file)
	m.Close()
	return &b, "Content-Type: " + m.FormDataContentType()
}

func (r *rig) upload(name string, file []byte) *httptest.ResponseRecorder {
	body, kind := form(r.site.token, "capture", name, file)
	return r.ask("POST", "/upload", body, kind, "Origin: http://"+host)
}

// files are the names in the folder, hidden ones too.
func (r *rig) files() (names []string) {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func pcap(t *testing.T) []byte {
	t.Helper()
	s, err := scenario.Parse("one", "0 > S 0:0(0)\n")
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestAnswers asks for what is there and what must be refused.
func TestAnswers(t *testing.T) {
	r := newRig(t, 1000)
	r.write("a.pcap", "A")
	r.write("sub/b.pcapng.gz", "B")
	r.write(".hidden.pcap", "H")
	r.write("notes.txt", "N")
	r.write("100%?#&<b>.pcap", "odd")
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret.pcap"), []byte("S"), 0o644); err != nil {
		t.Fatal(err)
	}
	links := map[string]string{"out.pcap": filepath.Join(outside, "secret.pcap"), "folder": outside, "in.pcap": "a.pcap"}
	for name, to := range links {
		if err := os.Symlink(to, filepath.Join(r.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		method, target string
		headers        []string
		status         int
		says           string
	}{
		{"GET", "/", nil, 200, "a.pcap"},
		{"GET", "/captures", nil, 200, `href="/capture/sub/b.pcapng.gz"`},
		{"HEAD", "/", nil, 200, ""},
		{"GET", "/capture/a.pcap", nil, 200, "report on a.pcap (): A"},
		{"GET", "/capture/a.pcap?filter=port+80", nil, 200, "report on a.pcap (port 80): A"},
		{"GET", "/capture/sub/b.pcapng.gz", nil, 200, "report on sub/b.pcapng.gz (): B"},
		{"GET", "/capture/in.pcap", nil, 200, "report on in.pcap (): A"},
		{"GET", "/capture/100%25%3F%23&%3Cb%3E.pcap", nil, 200, "odd"},
		{"GET", "/capture/a.pcap?filter=bad", nil, 400, "filter: unknown word"},
		{"GET", "/capture/a.pcap?filter=" + strings.Repeat("x", 1001), nil, 400, "too long"},
		{"GET", "/capture/out.pcap", nil, 404, "no such capture"},
		{"GET", "/capture/folder/secret.pcap", nil, 404, "no such capture"},
		{"GET", "/capture/none.pcap", nil, 404, "no such capture"},
		{"GET", "/capture/sub", nil, 404, "no such capture"},
		{"GET", "/capture/", nil, 404, "no such capture"},
		{"GET", "/capture/..%2Fa.pcap", nil, 404, "no such capture"},
		{"GET", "/capture/%2Fetc%2Fpasswd", nil, 404, "no such capture"},
		{"GET", "/capture/a.pcap%00", nil, 404, "no such capture"},
		{"GET", "/capture/%FF.pcap", nil, 404, "no such capture"},
		{"GET", "/capture/../etc/passwd", nil, 404, ""},
		{"GET", "/etc/passwd", nil, 404, ""},
		{"POST", "/", nil, 405, ""},
		{"PUT", "/capture/a.pcap", nil, 405, ""},
		{"DELETE", "/capture/a.pcap", nil, 405, ""},
		{"GET", "/", []string{"Host: evil.example:8793"}, 421, "this server is not"},
		{"GET", "/", []string{"Host: localhost:80"}, 421, "this server is not"},
		{"GET", "/", []string{"Host: localhost"}, 421, "this server is not"},
		{"GET", "/", []string{"Host: LOCALHOST:8793"}, 200, ""},
		{"GET", "/captures", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors"}, 403, "other sites"},
		{"GET", "/", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"}, 200, ""},
	} {
		w := r.ask(test.method, test.target, nil, test.headers...)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.says) {
			t.Errorf("%s %s %v: status %d, want %d with %q: %s", test.method, test.target, test.headers, w.Code, test.status, test.says, w.Body)
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") || w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s: headers %v", test.method, test.target, w.Header())
		}
	}
	index := r.ask("GET", "/", nil).Body.String()
	for _, absent := range []string{".hidden.pcap", "notes", "out.pcap", "secret", "<b>"} {
		if strings.Contains(index, absent) {
			t.Errorf("the page has %q:\n%s", absent, index)
		}
	}
	if w := r.ask("GET", "/", strings.NewReader("body")); w.Code != 400 {
		t.Errorf("a question with a body: status %d", w.Code)
	}
}

// TestUpload adds a capture, and refuses what is none or would replace one.
func TestUpload(t *testing.T) {
	capture := pcap(t)
	for _, test := range []struct {
		name   string
		file   []byte
		as     string // under which it is kept; empty for nowhere
		status int
		says   string
	}{
		{"new.pcap", capture, "new.pcap", 303, ""},
		{"old.pcap", capture, "", 409, "old.pcap: there is a file of this name"},
		{"text.pcap", []byte("hello, world"), "", 415, "not a capture file"},
		{"empty.pcap", nil, "", 415, "empty"},
		{"large.pcap", append(capture[:len(capture):len(capture)], make([]byte, 1000)...), "", 413, "larger than 1000 B"},
		{"../../up.pcap", capture, "up.pcap", 303, ""},
		{`C:\Users\me\win.pcap`, capture, "win.pcap", 303, ""},
		{".hidden.pcap", capture, "hidden.pcap", 303, ""},
		{"-rf.pcap", capture, "rf.pcap", 303, ""},
		{"a\x1b]0;b.pcap", capture, "", 400, "no file came"},
		{"<img src=x>.pcap", capture, "_img src=x_.pcap", 303, ""},
		{"...", capture, "", 400, "needs a name"},
		{strings.Repeat("é", 200) + ".pcap", capture, strings.Repeat("é", 97) + ".pcap", 303, ""},
	} {
		r := newRig(t, 1000)
		r.write("old.pcap", "old")
		w := r.upload(test.name, test.file)
		want := []string{"old.pcap"}
		if test.as != "" {
			want = append(want, test.as)
		}
		slices.Sort(want)
		if got := r.files(); w.Code != test.status || !strings.Contains(w.Body.String(), test.says) || !slices.Equal(got, want) {
			t.Errorf("%q: status %d, want %d; files %q, want %q: %s", test.name, w.Code, test.status, got, want, w.Body)
		}
		if kept, _ := os.ReadFile(filepath.Join(r.dir, "old.pcap")); string(kept) != "old" {
			t.Errorf("%q replaced old.pcap by %q", test.name, kept)
		}
	}
}

// TestSafeName leaves of a name what a file may be called.
func TestSafeName(t *testing.T) {
	for name, want := range map[string]string{
		"a.pcap": "a.pcap", "a b.pcap": "a b.pcap", "界.pcap": "界.pcap", "a\x1b]0;b\u202egnp.pcap\n": "a_]0;b_gnp.pcap_", "\xff.pcap": "_.pcap",
		"": "", "/": "", "..": "", "a/": "", " .-. ": "", "a. ": "a", "con:aux?": "con_aux_", partPrefix + "x": partPrefix[1:] + "x",
	} {
		if got := SafeName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

// TestUploadComesFromOurPage refuses forms of other pages, and those of before.
func TestUploadComesFromOurPage(t *testing.T) {
	capture := pcap(t)
	for _, test := range []struct {
		what    string
		limit   int64
		token   string
		field   string
		headers []string
		status  int
	}{
		{"as it should be", 1000, "", "capture", []string{"Origin: http://" + host, "Sec-Fetch-Site: same-origin"}, 303},
		{"no origin", 1000, "", "capture", nil, 403},
		{"origin of another site", 1000, "", "capture", []string{"Origin: http://evil.example"}, 403},
		{"origin of another port", 1000, "", "capture", []string{"Origin: http://localhost:9999"}, 403},
		{"https", 1000, "", "capture", []string{"Origin: https://" + host}, 403},
		{"null origin", 1000, "", "capture", []string{"Origin: null"}, 403},
		{"same site", 1000, "", "capture", []string{"Origin: http://" + host, "Sec-Fetch-Site: same-site"}, 403},
		{"another host", 1000, "", "capture", []string{"Origin: http://evil.example:8793", "Host: evil.example:8793"}, 421},
		{"old token", 1000, "OLD", "capture", []string{"Origin: http://" + host}, 403},
		{"another field", 1000, "", "other", []string{"Origin: http://" + host}, 400},
		{"read only", 0, "", "capture", []string{"Origin: http://" + host}, 403},
	} {
		r := newRig(t, test.limit)
		token := test.token
		if token == "" {
			token = r.site.token
		}
		body, kind := form(token, test.field, "a.pcap", capture)
		w := r.ask("POST", "/upload", body, append(test.headers, kind)...)
		if kept := len(r.files()) > 0; w.Code != test.status || kept != (test.status == 303) {
			t.Errorf("%s: status %d, want %d; files %q: %s", test.what, w.Code, test.status, r.files(), w.Body)
		}
	}
}

// TestBrokenUpload leaves nothing of a form that ends too early.
func TestBrokenUpload(t *testing.T) {
	r := newRig(t, 1000)
	whole, kind := form(r.site.token, "capture", "a.pcap", pcap(t))
	for n := range whole.Len() - len("-\r\n\r\n") {
		w := r.ask("POST", "/upload", bytes.NewReader(whole.Bytes()[:n]), kind, "Origin: http://"+host)
		if w.Code < 400 || len(r.files()) > 0 {
			t.Fatalf("after %d bytes: status %d, files %q", n, w.Code, r.files())
		}
	}
}

// TestSweep takes away what a crash left, and nothing else.
func TestSweep(t *testing.T) {
	r := newRig(t, 1000)
	r.write(partPrefix+"OLD", "x")
	r.write(partPrefix+"NEW", "x")
	r.write("a.pcap", "x")
	long := time.Now().Add(-2 * abandoned)
	for _, name := range []string{partPrefix + "OLD", "a.pcap"} {
		if err := os.Chtimes(filepath.Join(r.dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	r.site.o.Folder.sweep()
	if got := r.files(); !slices.Equal(got, []string{partPrefix + "NEW", "a.pcap"}) {
		t.Errorf("left are %q", got)
	}
}

// TestChangedFile makes a report anew when its file has changed, and only then.
func TestChangedFile(t *testing.T) {
	r := newRig(t, 0)
	get := func(want string, made int) {
		t.Helper()
		if w := r.ask("GET", "/capture/a.pcap", nil); !strings.HasSuffix(w.Body.String(), want) || r.made != made {
			t.Errorf("%q after %d reports, want %q after %d", w.Body, r.made, want, made)
		}
	}
	r.write("a.pcap", "one")
	get("one", 1)
	get("one", 1)
	r.write("a.pcap", "three")
	get("three", 2)
	r.write("a.pcap", "seven")
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(r.dir, "a.pcap"), later, later); err != nil {
		t.Fatal(err)
	}
	get("seven", 3)
	get("seven", 3)
	if err := os.Remove(filepath.Join(r.dir, "a.pcap")); err != nil {
		t.Fatal(err)
	}
	if w := r.ask("GET", "/capture/a.pcap", nil); w.Code != 404 {
		t.Errorf("status %d of what is gone", w.Code)
	}
}

// TestChangesMeanwhile keeps no report on a file that grew under it.
func TestChangesMeanwhile(t *testing.T) {
	r := newRig(t, 0)
	r.write("a.pcap", "one")
	r.wait = func(context.Context) { r.write("a.pcap", "grown") }
	r.ask("GET", "/capture/a.pcap", nil)
	r.wait = nil
	if w := r.ask("GET", "/capture/a.pcap", nil); r.made != 2 || !strings.HasSuffix(w.Body.String(), "grown") {
		t.Errorf("%d reports: %s", r.made, w.Body)
	}
}

// TestGone ends a report when the last who waits for it has gone, and not before.
func TestGone(t *testing.T) {
	r := newRig(t, 0)
	r.write("a.pcap", "A")
	started, ended := make(chan struct{}), make(chan struct{})
	r.wait = func(ctx context.Context) {
		close(started)
		<-ctx.Done()
		close(ended)
	}
	var all sync.WaitGroup
	stay, leave := context.WithCancel(context.Background())
	quick, hurry := context.WithCancel(context.Background())
	for _, ctx := range []context.Context{stay, quick} {
		all.Go(func() {
			request := httptest.NewRequest("GET", "http://"+host+"/capture/a.pcap", nil).WithContext(ctx)
			r.site.ServeHTTP(httptest.NewRecorder(), request)
		})
	}
	<-started
	waitFor(t, func() bool {
		r.site.shelf.mu.Lock()
		defer r.site.shelf.mu.Unlock()
		for _, f := range r.site.shelf.flights {
			return f.waiting == 2
		}
		return false
	})
	hurry()
	select {
	case <-ended:
		t.Error("the report ended though somebody waits for it")
	case <-time.After(50 * time.Millisecond):
	}
	leave()
	<-ended
	all.Wait()
	if r.made != 1 {
		t.Errorf("%d reports were begun", r.made)
	}
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); !done(); runtime.Gosched() {
		if time.Now().After(limit) {
			t.Fatal("it never came")
		}
	}
}

// TestEnds ends what is being made when the server ends.
func TestEnds(t *testing.T) {
	r := newRig(t, 0)
	r.write("a.pcap", "A")
	r.wait = func(ctx context.Context) {
		r.site.End()
		<-ctx.Done()
	}
	if w := r.ask("GET", "/capture/a.pcap", nil); w.Code != 503 {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

// TestMistake makes a panic that of one report, and tells it where the server runs.
func TestMistake(t *testing.T) {
	r := newRig(t, 0)
	r.write("a.pcap", "A")
	r.wait = func(context.Context) { panic("a mistake of ours") }
	if w := r.ask("GET", "/capture/a.pcap", nil); w.Code != 500 || strings.Contains(w.Body.String(), "ours") || len(r.said) != 1 || !strings.Contains(r.said[0], "a mistake of ours") {
		t.Errorf("status %d: %s; said %q", w.Code, w.Body, r.said)
	}
	r.wait = nil
	if w := r.ask("GET", "/capture/a.pcap", nil); w.Code != 200 {
		t.Errorf("afterwards, status %d: %s", w.Code, w.Body)
	}
}

// TestTooLarge offers a filter where a page would be too large.
func TestTooLarge(t *testing.T) {
	r := newRig(t, 0)
	r.write(`<script>.pcap`, "A")
	r.site.o.Report = func(context.Context, io.Reader, string, string, io.Writer) error {
		return fmt.Errorf("%w: 9 of them", ErrTooMuch)
	}
	w := r.ask("GET", "/capture/%3Cscript%3E.pcap", nil)
	if text := w.Body.String(); w.Code != 422 || !strings.Contains(text, `action="/capture/%3Cscript%3E.pcap"`) || !strings.Contains(text, "9 of them") || strings.Contains(text, "<script>") {
		t.Errorf("status %d: %s", w.Code, text)
	}
	b := bounded{ctx: context.Background(), most: 5}
	if _, err := b.Write([]byte("12345")); err != nil {
		t.Error(err)
	}
	if _, err := b.Write([]byte("6")); !errors.Is(err, ErrTooMuch) {
		t.Errorf("the sixth of five bytes: %v", err)
	}
}

// TestShelf keeps what was asked for last, within its bounds.
func TestShelf(t *testing.T) {
	s := newShelf(10, 2)
	background := context.Background()
	made := 0
	get := func(name string, size int) error {
		_, err := s.get(background, background, key{name: name}, func(context.Context) ([]byte, bool, error) {
			made++
			return make([]byte, size), true, nil
		})
		return err
	}
	for _, step := range []struct {
		name       string
		size, made int
		held       int64
	}{
		{"a", 4, 1, 4}, {"b", 4, 2, 8}, {"a", 4, 2, 8}, {"c", 4, 3, 8}, {"a", 4, 3, 8}, {"b", 4, 4, 8}, {"large", 11, 5, 8}, {"all", 10, 6, 10}, {"a", 4, 7, 4},
	} {
		if err := get(step.name, step.size); err != nil || made != step.made || s.held != step.held || len(s.order) != len(s.pages) {
			t.Errorf("%s: made %d, want %d; %d bytes held, want %d in %d of %d: %v", step.name, made, step.made, s.held, step.held, len(s.pages), len(s.order), err)
		}
	}
	release := make(chan struct{})
	var all sync.WaitGroup
	for _, name := range []string{"x", "y"} {
		all.Go(func() {
			s.get(background, background, key{name: name}, func(context.Context) ([]byte, bool, error) {
				<-release
				return nil, false, nil
			})
		})
	}
	waitFor(t, func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.flights) == 2 })
	if err := get("z", 1); !errors.Is(err, errBusy) {
		t.Errorf("a third report while two wait: %v", err)
	}
	close(release)
	all.Wait()
}

// TestList lists the latest first, and counts what it leaves out.
func TestList(t *testing.T) {
	r := newRig(t, 0)
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, name := range []string{"b.pcap", "a.pcap", "sub/c.cap", "capture-without-ending", "none"} {
		r.write(name, "x")
		if name == "capture-without-ending" {
			r.write(name, string(pcap(t)))
		}
		at := day.Add(time.Duration(i/2) * time.Hour)
		if err := os.Chtimes(filepath.Join(r.dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	odd := 0
	if os.WriteFile(filepath.Join(r.dir, "\xff.pcap"), nil, 0o644) == nil { // not every file system takes it
		odd = 1
	}
	list, leftOut, err := r.site.o.Folder.List()
	var names []string
	for _, f := range list {
		names = append(names, f.Name)
	}
	if want := []string{"capture-without-ending", "sub/c.cap", "a.pcap", "b.pcap"}; err != nil || !slices.Equal(names, want) || leftOut != odd {
		t.Errorf("%q and %d left out, want %q and %d: %v", names, leftOut, want, odd, err)
	}
	if _, err := OpenFolder(filepath.Join(r.dir, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent folder: %v", err)
	}
}
