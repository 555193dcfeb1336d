package workload

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	nethttp "net/http"
	"time"
)

// http fetches a page.
func http(ctx context.Context, e *Env) error {
	return e.fetch(ctx, plain, func(body io.Reader) (int64, error) { return io.Copy(io.Discard, body) })
}

// https fetches the same page inside TLS.
func https(ctx context.Context, e *Env) error {
	t, err := newTLS(e.Random, e.Clock, e.Hosts[Server].Addr)
	if err != nil {
		return err
	}
	return e.fetch(ctx, t.wrap, func(body io.Reader) (int64, error) { return io.Copy(io.Discard, body) })
}

// slowDownload fetches it like curl --limit-rate: the client reads no faster
// than its rate.
func slowDownload(ctx context.Context, e *Env) error {
	return e.fetch(ctx, plain, func(body io.Reader) (int64, error) { return e.readSlowly(ctx, body) })
}

// readSlowly reads in steps of a tenth of a second.
func (e *Env) readSlowly(ctx context.Context, r io.Reader) (int64, error) {
	const step = time.Second / 10
	share := max(1, int64(cmp.Or(e.Rate, defaultRate))/10)
	total := int64(0)
	for {
		n, err := io.CopyN(io.Discard, r, share)
		total += n
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		if err := e.Clock.Sleep(ctx, step); err != nil {
			return total, err
		}
	}
}

// ends is what HTTP is spoken over, by Side.
type ends [2]io.ReadWriteCloser

func plain(p pair) ends { return ends{p[Client], p[Server]} }

// fetch has the client get a page from the server by HTTP/1.1; read consumes
// it. The connection is persistent, as it is to curl: the client closes first.
func (e *Env) fetch(ctx context.Context, wrap func(pair) ends, read func(io.Reader) (int64, error)) error {
	p, err := e.connect(ctx, Options{}, Options{})
	if err != nil {
		return err
	}
	defer p.Close()
	over := wrap(p)
	size := cmp.Or(e.Size, defaultSize)
	return e.both(
		func() error { return errors.Join(get(over[Client], e.at().String(), size, read), over[Client].Close()) },
		func() error {
			// The end of the client's stream is awaited beneath TLS, whose
			// goodbye comes before it; the server's own would meet a closed
			// socket and be reset.
			err := serve(over[Server], size)
			if err == nil {
				_, err = io.Copy(io.Discard, p[Server])
			}
			return errors.Join(err, p[Server].Close())
		},
	)
}

// get asks for a page and reads the answer.
func get(s io.ReadWriter, host string, size int, read func(io.Reader) (int64, error)) error {
	request, err := nethttp.NewRequest(nethttp.MethodGet, "http://"+host+"/", nil)
	if err != nil {
		return err
	}
	if err := whole(s, request.Write); err != nil {
		return err
	}
	response, err := nethttp.ReadResponse(bufio.NewReader(s), request)
	if err != nil {
		return err
	}
	n, err := read(response.Body)
	if err == nil && n != int64(size) {
		err = fmt.Errorf("the page has %d bytes, want %d", n, size)
	}
	return errors.Join(err, response.Body.Close())
}

// serve answers one request with a page of the size.
func serve(s io.ReadWriter, size int) error {
	request, err := nethttp.ReadRequest(bufio.NewReader(s))
	if err != nil {
		return err
	}
	response := nethttp.Response{
		StatusCode: nethttp.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: request,
		Header:        nethttp.Header{"Content-Type": {"text/plain"}},
		ContentLength: int64(size),
		Body:          io.NopCloser(bytes.NewReader(page(size))),
	}
	return whole(s, response.Write)
}

// whole gathers small writes: one at a time they would be segments of their
// own, and wait for each other's acknowledgement.
func whole(w io.Writer, write func(io.Writer) error) error {
	gathered := bufio.NewWriter(w)
	if err := write(gathered); err != nil {
		return err
	}
	return gathered.Flush()
}

// page is a text of numbered lines, so that a place in it can be recognised.
func page(size int) []byte {
	var text bytes.Buffer
	for n := 1; text.Len() < size; n++ {
		fmt.Fprintf(&text, "line %d of the page\n", n)
	}
	return text.Bytes()[:size]
}
