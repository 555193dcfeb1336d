package serve

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"github.com/flowstate-tcp/flowstate/render/chart"
)

// functions are those of the templates.
var functions = template.FuncMap{
	"link":   func(name string) string { return (&url.URL{Path: "/capture/" + name}).EscapedPath() },
	"size":   func(n int64) string { return chart.Bytes.Format(float64(n)) },
	"moment": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
	"style":  func() template.CSS { return template.CSS(asset("index.css")) },
	"script": func() template.JS { return template.JS(asset("index.js")) },
}

// listing is what the list of captures shows.
type listing struct {
	Folder  string
	Files   []File
	LeftOut int
	Token   string
	Upload  int64
	Wrong   string // why there is no list
}

func (s *Site) list() listing {
	folder, err := filepath.Abs(s.o.Folder.name)
	if err != nil {
		folder = s.o.Folder.name
	}
	l := listing{Folder: folder, Token: s.token, Upload: s.o.Upload}
	if l.Files, l.LeftOut, err = s.o.Folder.List(); err != nil {
		l.Wrong = err.Error()
	}
	return l
}

// showIndex answers with the page of captures.
func (s *Site) showIndex(w http.ResponseWriter, _ *http.Request) { s.answer(w, "index") }

// showList answers with the part of that page that changes.
func (s *Site) showList(w http.ResponseWriter, _ *http.Request) { s.answer(w, "list") }

func (s *Site) answer(w http.ResponseWriter, part string) {
	w.Header().Set("Content-Security-Policy", s.policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	s.render(w, part, s.list())
}

// render writes a part of the pages.
func (s *Site) render(w http.ResponseWriter, part string, data any) {
	var b bytes.Buffer
	if err := s.index.ExecuteTemplate(&b, part, data); err != nil {
		s.o.Log(err.Error())
		return
	}
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience)) // as for a report
	w.Write(b.Bytes())                                                       // who does not take it has gone
}
