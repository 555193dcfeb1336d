package serve

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// silence is how long an upload may bring nothing.
const silence = 30 * time.Second

// takeUpload adds a capture to the folder.
func (s *Site) takeUpload(w http.ResponseWriter, r *http.Request) {
	if status, why := s.mayUpload(r); why != "" {
		s.refuse(w, status, why)
		return
	}
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		s.refuse(w, http.StatusServiceUnavailable, "too many files are being added; try again in a moment")
		return
	}
	control := http.NewResponseController(w)
	control.SetWriteDeadline(time.Time{})                                     // it is set again for the answer
	r.Body = http.MaxBytesReader(w, r.Body, s.o.Upload+overhead)              // so that a client that never ends is cut off
	r.Body = &paced{r.Body, func(t time.Time) { control.SetReadDeadline(t) }} // where there is none, the server's own holds
	parts, err := r.MultipartReader()
	if err != nil {
		s.refuse(w, http.StatusBadRequest, "a form with a file is wanted")
		return
	}
	name, err := s.receive(parts)
	if err != nil {
		io.Copy(io.Discard, r.Body) // a browser shows an answer only once it has sent all
	}
	control.SetWriteDeadline(time.Now().Add(patience)) // as for a report
	if err != nil {
		s.refuse(w, uploadStatus(err), uploadWords(name, err, s.o.Upload))
		return
	}
	http.Redirect(w, r, "/#"+url.PathEscape(name), http.StatusSeeOther)
}

// overhead is what a form takes beside its file.
const overhead = 64 << 10

// mayUpload tells why a request may not add anything: it must come from a page of
// ours, and browsers say from where.
func (s *Site) mayUpload(r *http.Request) (status int, why string) {
	origin, err := url.Parse(r.Header.Get("Origin"))
	site := r.Header.Get("Sec-Fetch-Site")
	switch {
	case s.o.Upload == 0:
		return http.StatusForbidden, "nothing may be added: the server was started with --read-only"
	case err != nil || origin.Scheme != "http" || origin.Host != r.Host, site != "" && site != "same-origin":
		return http.StatusForbidden, "only this server's own page may add captures"
	case r.ContentLength > s.o.Upload+overhead:
		return http.StatusRequestEntityTooLarge, uploadWords("", errTooLarge, s.o.Upload)
	}
	return 0, ""
}

var (
	errToken  = errors.New("the page is from before the server was started anew; load it again")
	errNoFile = errors.New("no file came")
)

// receive takes the token and then the file of a form.
func (s *Site) receive(parts *multipart.Reader) (name string, err error) {
	first, err := parts.NextPart()
	if err != nil || first.FormName() != "token" {
		return "", errToken
	}
	token, err := io.ReadAll(io.LimitReader(first, 256))
	if err != nil || subtle.ConstantTimeCompare(token, []byte(s.token)) != 1 {
		return "", errToken
	}
	file, err := parts.NextPart()
	if err != nil || file.FormName() != "capture" || file.FileName() == "" {
		return "", errNoFile
	}
	return s.o.Folder.Add(file.FileName(), file, s.o.Upload)
}

// uploadStatus is the answer to what is wrong with an upload.
func uploadStatus(err error) int {
	var over *http.MaxBytesError
	switch {
	case errors.Is(err, errToken):
		return http.StatusForbidden
	case errors.Is(err, errExists):
		return http.StatusConflict
	case errors.Is(err, errTooLarge), errors.As(err, &over):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, pcapfile.ErrNotCapture):
		return http.StatusUnsupportedMediaType
	}
	return http.StatusBadRequest
}

// uploadWords tell what is wrong, and what can be done.
func uploadWords(name string, err error, limit int64) string {
	var over *http.MaxBytesError
	switch {
	case errors.Is(err, errTooLarge), errors.As(err, &over):
		return fmt.Sprintf("the file is larger than %s; --upload-limit sets another limit, or copy the file into the folder", chart.Bytes.Format(float64(limit)))
	case errors.Is(err, errExists):
		return fmt.Sprintf("%s: %v", name, err)
	}
	return err.Error()
}

// paced is a body that may not be silent for long.
type paced struct {
	io.ReadCloser
	until func(time.Time)
}

func (p *paced) Read(b []byte) (int, error) {
	p.until(time.Now().Add(silence))
	return p.ReadCloser.Read(b)
}
