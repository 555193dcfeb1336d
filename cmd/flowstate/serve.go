package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/netutil"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/filter"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/render/report"
	"github.com/flowstate-tcp/flowstate/render/serve"
)

// serveFlags are those of flowstate serve.
type serveFlags struct {
	listen   listenFlag
	names    viewFlag
	upload   sizeFlag
	readOnly bool
}

func newServe(p *program) *cobra.Command {
	flags := serveFlags{listen: "localhost:8793", upload: 1_000_000_000}
	cmd := &cobra.Command{
		Use:   "serve [flags] DIR",
		Short: "Show the reports on a folder's captures in a browser of this machine",
		Long: `Serve the pages of flowstate report for the captures in a folder, on a loopback
address alone, and print where. A report is made when it is opened, and anew when
its file has changed; new files in the folder appear on the page. A capture that
is dropped on the page is added to the folder; no file is ever replaced, and
nothing is written elsewhere. Ctrl-C ends it.

Whoever is logged in on this machine can open the pages. From another machine,
go through ssh: ssh -L 8793:localhost:8793 HOST.`,
		Example: `  flowstate serve captures/
  flowstate serve captures/ --listen 127.0.0.1:0 --read-only`,
		RunE: func(_ *cobra.Command, args []string) error { return serveFolder(p, &flags, args[0]) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 || !isFolder(args[0]) && !strings.HasSuffix(args[0], "/") {
			return usage(firstExample(cmd), "serve shows one folder of captures")
		}
		return nil
	}
	f := cmd.Flags()
	f.Var(&flags.listen, "listen", "loopback address and port; port 0 takes a free one")
	f.Var(&flags.upload, "upload-limit", "largest capture that can be added")
	f.BoolVar(&flags.readOnly, "read-only", false, "let nothing be added")
	f.Var(&flags.names, "view", "whose names of states: rfc, linux, freebsd")
	complete(cmd, "view", views())
	return cmd
}

// The patience of the server.
const (
	forHeaders  = 10 * time.Second
	forRequests = time.Minute // those that bring or take longer have times of their own
	forIdle     = 2 * time.Minute
	forEnding   = 3 * time.Second
	mostClients = 100
)

// serveFolder serves until it is interrupted.
func serveFolder(p *program, flags *serveFlags, dir string) error {
	folder, err := serve.OpenFolder(dir)
	if err != nil {
		p.fail(dir, err)
		return nil
	}
	defer folder.Close()
	listeners, err := flags.listen.open()
	if err != nil {
		return fmt.Errorf("%w (--listen localhost:0 takes a free port)", err)
	}
	o := serve.Options{
		Folder: folder, Report: flags.report(dir), Check: checkFilter, Log: func(text string) { p.say("%s", text) },
		Hosts: hostsOf(listeners), Upload: int64(flags.upload),
	}
	if flags.readOnly {
		o.Upload = 0
	}
	site := serve.New(o)
	defer site.Close()
	fmt.Fprintf(p.stdout, "http://%s/\n", listeners[0].Addr())
	p.say("serving the captures in %s; Ctrl-C ends it", dir)
	return serveUntilSignal(site, listeners, p.stderr)
}

// serveUntilSignal answers requests until the process is told to end.
func serveUntilSignal(site *serve.Site, listeners []net.Listener, words io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := &http.Server{
		Handler: site, ReadHeaderTimeout: forHeaders, ReadTimeout: forRequests, WriteTimeout: forRequests, IdleTimeout: forIdle,
		MaxHeaderBytes: 32 << 10, ErrorLog: log.New(words, "flowstate: ", 0),
	}
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { failed <- server.Serve(netutil.LimitListener(l, mostClients)) }()
	}
	select {
	case err := <-failed:
		server.Close() // the error of Serve says more
		return err
	case <-ctx.Done():
	}
	stop() // another Ctrl-C ends at once
	site.End()
	grace, cancel := context.WithTimeout(context.Background(), forEnding)
	defer cancel()
	if server.Shutdown(grace) != nil {
		server.Close() // whoever still sends is cut off
	}
	return nil
}

// mostServed is how many connections a page of the server tells of; a larger one
// is of no use in a browser.
const mostServed = 2000

// report returns what makes the report on a capture of a folder.
func (f *serveFlags) report(dir string) func(context.Context, io.Reader, string, string, io.Writer) error {
	return func(ctx context.Context, capture io.Reader, name, chosen string, w io.Writer) error {
		reader, err := pcapfile.NewReader(capture, name)
		if err != nil {
			return err
		}
		command := "flowstate report " + quote(filepath.Join(dir, filepath.FromSlash(name)))
		o := report.Options{View: f.names.View, Budget: report.DefaultBudget, Most: mostServed}
		pick := analyze.Options{}
		if chosen != "" {
			expr, err := filter.Parse(chosen)
			if err != nil {
				return err
			}
			pick.Select, o.Chosen = matching(expr), "--filter "+quote(chosen)
			command += " " + o.Chosen
		}
		o.Command = command + " -o report.html"
		r := report.New(o)
		found := r.Collector(name)
		told := examine(name, reader, &awaited{reader, ctx}, pick, func(_ string, a *analyze.Analysis) (int, error) { return found.Run(a), nil })
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case told.shown > mostServed:
			return fmt.Errorf("%w: these are more than %d", serve.ErrTooMuch, mostServed)
		}
		r.Add(told.source(chosen != ""), found)
		r.Finish()
		return r.WriteHTML(w)
	}
}

func checkFilter(text string) error {
	_, err := filter.Parse(text)
	return err
}

// awaited is a capture that ends when nobody waits for it any more.
type awaited struct {
	*pcapfile.Reader
	ctx context.Context
}

func (a *awaited) Next(p *capture.Packet) error {
	if err := a.ctx.Err(); err != nil {
		return err
	}
	return a.Reader.Next(p)
}
