package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// server is flowstate serve as a process of its own.
type server struct {
	t     *testing.T
	cmd   *exec.Cmd
	dir   string
	url   string
	words bytes.Buffer
}

// startServer serves a copy of a capture of the lab.
func startServer(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{t: t, dir: t.TempDir()}
	data, err := os.ReadFile(filepath.Join(testneed.Root(t), "testdata/lab/linux-loss/client.pcapng.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "loss.pcapng.gz"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command(os.Args[0], append([]string{"serve", s.dir, "--listen", "localhost:0"}, args...)...)
	s.cmd.Stderr = &s.words
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.cmd.Process.Kill() // it may have ended
		s.cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if s.url = strings.TrimSpace(line); err != nil || !strings.HasPrefix(s.url, "http://127.0.0.1:") {
		t.Fatalf("it printed %q: %v: %s", line, err, &s.words)
	}
	return s
}

func (s *server) get(path string) (status int, body string) {
	s.t.Helper()
	answer, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// TestServe asks a server for its pages, lets a file appear, and interrupts it.
func TestServe(t *testing.T) {
	s := startServer(t)
	if status, text := s.get(""); status != 200 || !strings.Contains(text, `href="/capture/loss.pcapng.gz"`) {
		t.Errorf("the page of captures: status %d: %s", status, text)
	}
	if status, text := s.get("capture/loss.pcapng.gz"); status != 200 || !strings.Contains(text, "loss.pcapng.gz: flowstate report") || !strings.Contains(text, "TIME-WAIT") {
		t.Errorf("the report: status %d", status)
	}
	if status, text := s.get("capture/loss.pcapng.gz?filter=port+1"); status != 200 || !strings.Contains(text, "0 connections in 1 capture, chosen by") {
		t.Errorf("the report on nothing: status %d", status)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "text.pcap"), []byte("hello, world"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, text := s.get("captures"); !strings.Contains(text, "text.pcap") {
		t.Errorf("the new file is not listed: %s", text)
	}
	if status, text := s.get("capture/text.pcap"); status != 422 || !strings.Contains(text, "not a capture file") {
		t.Errorf("a text: status %d: %s", status, text)
	}
	begun := time.Now()
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil || time.Since(begun) > 2*forEnding {
		t.Errorf("after %v: %v: %s", time.Since(begun), err, &s.words)
	}
}

// TestServeRefuses tells what cannot be served, or where.
func TestServeRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.pcap")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args string
		exit int
		says string
	}{
		{"serve", exitUsage, "hint: flowstate serve captures/"},
		{"serve a b", exitUsage, "one folder"},
		{"serve " + file, exitUsage, "one folder"},
		{"serve /absent/", exitFailed, "no such file"},
		{"serve . --listen 0.0.0.0:80", exitUsage, "want a loopback address"},
		{"serve . --listen :8080", exitUsage, "want a loopback address"},
		{"serve . --listen [::]:8080", exitUsage, "want a loopback address"},
		{"serve . --listen 192.0.2.1:8080", exitUsage, "ssh -L"},
		{"serve . --listen example.com:8080", exitUsage, "want a loopback address"},
		{"serve . --listen localhost", exitUsage, "want a loopback address"},
		{"serve . --listen localhost:x", exitUsage, "want a loopback address"},
		{"serve . --upload-limit 0", exitUsage, "--upload-limit"},
	} {
		if _, words, exit := ran(strings.Fields(test.args)...); exit != test.exit || !strings.Contains(words, test.says) {
			t.Errorf("%q: exit status %d, want %d: %s", test.args, exit, test.exit, words)
		}
	}
}

// TestListen listens on loopbacks alone, and knows their names.
func TestListen(t *testing.T) {
	for _, test := range []struct{ address, host string }{
		{"localhost:0", "localhost:"}, {"127.0.0.1:0", "127.0.0.1:"}, {"127.1.2.3:0", "127.1.2.3:"},
	} {
		var f listenFlag
		if err := f.Set(test.address); err != nil {
			t.Fatal(err)
		}
		listeners, err := f.open()
		if err != nil {
			testneed.Missing(t, "cannot listen on %s: %v", test.address, err)
		}
		hosts := hostsOf(listeners)
		for _, l := range listeners {
			if !strings.HasPrefix(l.Addr().String(), "127.") && !strings.HasPrefix(l.Addr().String(), "[::1]:") {
				t.Errorf("%s listens on %s", test.address, l.Addr())
			}
			l.Close()
		}
		if !strings.Contains(strings.Join(hosts, " "), test.host) || len(hosts) != 2*len(listeners) {
			t.Errorf("%s is known as %q", test.address, hosts)
		}
	}
}
