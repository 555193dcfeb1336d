package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
