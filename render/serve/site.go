package serve

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Options say what is served.
type Options struct {
	Folder *Folder
	// Report writes the report on a capture, of the connections that a filter
	// chooses; an empty one chooses all. It ends when the context does.
	Report func(ctx context.Context, capture io.Reader, name, filter string, w io.Writer) error
	Check  func(filter string) error // tells what is wrong with a filter
	Log    func(text string)         // takes what went wrong on our side
	Hosts  []string                  // by which it is reached, as a Host header names them: localhost:8793
	Upload int64                     // bytes of a capture that may be added; 0 for none
}

// Bounds.
const (
	mostKept    = 256 << 20 // bytes of reports in memory
	mostPage    = 128 << 20 // bytes of a report
	mostWaiting = 16        // reports
	mostFilter  = 1000      // bytes
	mostUploads = 4         // at a time
)

// Site is the handler.
type Site struct {
	o       Options
	shelf   *shelf
	token   string
	uploads chan struct{}
	life    context.Context
	end     context.CancelFunc
	routes  *http.ServeMux
	index   *template.Template
	policy  string
}

//go:embed assets/index.html assets/index.css assets/index.js
var assets embed.FS

// New makes a Site.
func New(o Options) *Site {
	s := &Site{o: o, shelf: newShelf(mostKept, mostWaiting), token: rand.Text(), uploads: make(chan struct{}, mostUploads), routes: http.NewServeMux()}
	s.life, s.end = context.WithCancel(context.Background())
	s.index = template.Must(template.New("index").Funcs(functions).ParseFS(assets, "assets/index.html"))
	s.policy = "default-src 'none'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'" +
		"; style-src " + hash(asset("index.css")) + "; script-src " + hash(asset("index.js"))
	s.routes.HandleFunc("GET /{$}", s.showIndex)
	s.routes.HandleFunc("GET /captures", s.showList)
	s.routes.HandleFunc("GET /capture/{name...}", s.showReport)
	s.routes.HandleFunc("POST /upload", s.takeUpload)
	return s
}

// End ends the making of reports, so that none keeps a server from ending.
func (s *Site) End() { s.end() }

// Close waits until no upload is under way, after its server was closed.
func (s *Site) Close() {
	s.end()
	for range cap(s.uploads) {
		s.uploads <- struct{}{}
	}
}

// ServeHTTP answers one request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store") // what a capture holds stays out of the browser's files
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	switch {
	case !s.ours(r.Host):
		s.refuse(w, http.StatusMisdirectedRequest, fmt.Sprintf("this server is not %q", r.Host))
	case r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate":
		s.refuse(w, http.StatusForbidden, "this is not for pages of other sites")
	case r.Method != http.MethodPost && r.ContentLength != 0:
		h.Set("Connection", "close") // nobody waits for what it brings
		s.refuse(w, http.StatusBadRequest, "a question has no body")
	default:
		s.routes.ServeHTTP(w, r)
	}
}

// ours tells whether a Host header names this server. Any other name is that of a
// page that led its own name to this machine.
func (s *Site) ours(host string) bool { return slices.Contains(s.o.Hosts, strings.ToLower(host)) }

// refuse answers with a sentence.
func (s *Site) refuse(w http.ResponseWriter, status int, text string) {
	http.Error(w, text, status)
}

// showReport answers with the report on a capture.
func (s *Site) showReport(w http.ResponseWriter, r *http.Request) {
	name, filter := r.PathValue("name"), r.URL.Query().Get("filter")
	file, id, err := s.o.Folder.Open(name)
	if err != nil {
		s.refuse(w, http.StatusNotFound, "there is no such capture in the folder")
		return
	}
	file.Close() // it is opened again when it is its turn
	if len(filter) > mostFilter {
		s.refuse(w, http.StatusBadRequest, "the filter is too long")
		return
	}
	if filter != "" {
		if err := s.o.Check(filter); err != nil {
			s.refuse(w, http.StatusBadRequest, "filter: "+err.Error())
			return
		}
	}
	k := key{name, filter, id}
	http.NewResponseController(w).SetReadDeadline(time.Time{}) // as long as it takes; where there is none, it may
	page, err := s.shelf.get(r.Context(), s.life, k, func(ctx context.Context) ([]byte, bool, error) { return s.write(ctx, k) })
	if err != nil {
		s.failed(w, name, err)
		return
	}
	// What the page may load it says itself; this is what only a header can say.
	w.Header().Set("Content-Security-Policy", "frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience)) // without one, the server's own holds
	w.Write(page)                                                            // who does not take it has gone
}

// patience is how long an answer may take to be taken.
const patience = 5 * time.Minute

// write makes the report. It is kept only if the file did not change meanwhile.
func (s *Site) write(ctx context.Context, k key) (page []byte, keep bool, err error) {
	file, _, err := s.o.Folder.Open(k.name)
	if err != nil {
		return nil, false, err
	}
	defer file.Close()
	b := bounded{ctx: ctx, most: mostPage}
	if err := s.o.Report(ctx, file, k.name, k.filter, &b); err != nil {
		return nil, false, err
	}
	info, err := file.Stat()
	return b.text, err == nil && identityOf(info) == k.identity, err
}

// bounded takes so many bytes, as long as somebody waits for them.
type bounded struct {
	ctx  context.Context
	text []byte
	most int
}

// ErrTooMuch is the error of a report that would be too large to be shown.
var ErrTooMuch = errors.New("the report on all connections is too large for a browser")

func (b *bounded) Write(p []byte) (int, error) {
	if len(b.text)+len(p) > b.most {
		return 0, ErrTooMuch
	}
	b.text = append(b.text, p...)
	return len(p), b.ctx.Err()
}

// failed answers where there is no report.
func (s *Site) failed(w http.ResponseWriter, name string, err error) {
	var ours *mistake
	switch {
	case errors.As(err, &ours):
		s.o.Log(name + ": " + ours.text)
		s.refuse(w, http.StatusInternalServerError, err.Error())
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "5")
		s.refuse(w, http.StatusServiceUnavailable, err.Error())
	case errors.Is(err, context.Canceled):
		s.refuse(w, http.StatusServiceUnavailable, "the server is ending")
	case errors.Is(err, ErrTooMuch):
		w.Header().Set("Content-Security-Policy", s.policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusUnprocessableEntity)
		s.render(w, "large", struct{ Name, Why string }{name, err.Error()})
	case errors.Is(err, fs.ErrNotExist):
		s.refuse(w, http.StatusNotFound, "the capture is gone")
	default:
		s.refuse(w, http.StatusUnprocessableEntity, err.Error())
	}
}

// asset is a file of the page's own.
func asset(name string) string {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // it was not embedded: our mistake
	}
	return string(text)
}

// hash names the text of an element as a Content-Security-Policy does.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
