package serve

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

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

// TestUpload adds a capture, and refuses what is none or would replace one.
func TestUpload(t *testing.T) {
	capture := scenariotest.Pcap(t, "0 > S 0:0(0)\n")
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
	capture := scenariotest.Pcap(t, "0 > S 0:0(0)\n")
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
	whole, kind := form(r.site.token, "capture", "a.pcap", scenariotest.Pcap(t, "0 > S 0:0(0)\n"))
	for n := range whole.Len() - len("-\r\n\r\n") {
		w := r.ask("POST", "/upload", bytes.NewReader(whole.Bytes()[:n]), kind, "Origin: http://"+host)
		if w.Code < 400 || len(r.files()) > 0 {
			t.Fatalf("after %d bytes: status %d, files %q", n, w.Code, r.files())
		}
	}
}
