//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/gdamore/tcell/v2"
	"golang.org/x/term"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/render/view"
)

// viewer is flowstate view on a terminal of its own.
type viewer struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	tty    *os.File
	shown  bytes.Buffer
}

func startViewer(t *testing.T, env ...string) *viewer {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		testneed.Missing(t, "no pseudo terminal: %v", err)
	}
	t.Cleanup(func() { master.Close(); tty.Close() })
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	v := &viewer{t: t, master: master, tty: tty}
	v.cmd = exec.Command(os.Args[0], "view", filepath.Join(testneed.Root(t), "testdata/lab/refused/client.pcapng.gz"))
	v.cmd.Env = append(append(os.Environ(), "TERM=xterm-256color", "LC_ALL=C.UTF-8"), env...)
	v.cmd.Stdin, v.cmd.Stdout, v.cmd.Stderr = tty, tty, tty
	v.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	return v
}

// until reads the terminal until it has shown a text.
func (v *viewer) until(text string) {
	v.t.Helper()
	limit := time.Now().Add(20 * time.Second)
	buffer := make([]byte, 4096)
	for !strings.Contains(v.shown.String(), text) {
		if time.Now().After(limit) {
			v.t.Fatalf("the terminal does not show %q, but %q", text, v.shown.String())
		}
		v.master.SetReadDeadline(time.Now().Add(100 * time.Millisecond)) // where it has none, Read waits longer
		n, _ := v.master.Read(buffer)
		v.shown.Write(buffer[:n])
	}
}

// TestViewLeavesTheTerminal starts the browser on a terminal and ends it in
// several ways: the terminal is as it was.
func TestViewLeavesTheTerminal(t *testing.T) {
	const (
		leavesScreen = "\x1b[?1049l"
		opened       = "1 Summary"
	)
	for _, test := range []struct {
		name string
		end  func(v *viewer)
		exit int
		env  string
	}{
		{"key", func(v *viewer) { io.WriteString(v.master, "q") }, 0, ""},
		{"without colour", func(v *viewer) { io.WriteString(v.master, "q") }, 0, "NO_COLOR=1"},
		{"terminated", func(v *viewer) { v.cmd.Process.Signal(syscall.SIGTERM) }, 1, ""},
		{"hung up", func(v *viewer) { v.cmd.Process.Signal(syscall.SIGHUP) }, 1, ""},
		{"quit", func(v *viewer) { v.cmd.Process.Signal(syscall.SIGQUIT) }, 1, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := startViewer(t, test.env)
			before, err := term.GetState(int(v.tty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			if err := v.cmd.Start(); err != nil {
				t.Fatal(err)
			}
			v.until("10.0.0.2:4000")
			io.WriteString(v.master, "\r")
			v.until(opened)
			test.end(v)
			v.until(leavesScreen)
			v.cmd.Wait()
			if got := v.cmd.ProcessState.ExitCode(); got != test.exit {
				t.Errorf("exit status %d, want %d", got, test.exit)
			}
			after, err := term.GetState(int(v.tty.Fd()))
			if err != nil {
				t.Fatal(err)
			}
			if *before != *after {
				t.Errorf("the terminal was %v and is %v", before, after)
			}
			if coloured := strings.Contains(v.shown.String(), "\x1b[36m"); coloured == (test.env != "") {
				t.Errorf("coloured: %v with %q", coloured, test.env)
			}
		})
	}
}

// watchedScreen counts how often it is left.
type watchedScreen struct {
	tcell.SimulationScreen
	left int
}

func (w *watchedScreen) Fini() {
	w.left++
	w.SimulationScreen.Fini()
}

// TestViewPanic leaves the screen even where a reading panics.
func TestViewPanic(t *testing.T) {
	screen := &watchedScreen{SimulationScreen: tcell.NewSimulationScreen("")}
	defer func() {
		if why := recover(); why == nil || !strings.Contains(why.(string), "a mistake of ours") || screen.left != 1 {
			t.Errorf("panic: %v; the screen was left %d times", why, screen.left)
		}
	}()
	perform(screen, view.Options{Open: func() (view.Capture, error) { panic("a mistake of ours") }}, true)
}

// TestViewNeedsTerminal tells what is missing, before the screen is taken over.
func TestViewNeedsTerminal(t *testing.T) {
	for _, test := range []struct {
		args []string
		exit int
		says string
	}{
		{[]string{"view"}, exitUsage, "view shows one capture"},
		{[]string{"view", "a.pcap", "b.pcap"}, exitUsage, "view shows one capture"},
		{[]string{"view", "-"}, exitUsage, "standard input"},
		{[]string{"view", "a.pcap"}, exitUsage, "hint: flowstate summary a.pcap"},
		{[]string{"view", "a.pcap", "--filter", "port"}, exitUsage, "--filter"},
	} {
		_, stderr, exit := ran(test.args...)
		if exit != test.exit || !strings.Contains(stderr, test.says) {
			t.Errorf("%q: exit status %d, want %d: %s", test.args, exit, test.exit, stderr)
		}
	}
}

// TestUTF8Locale knows by which variable a locale is set.
func TestUTF8Locale(t *testing.T) {
	for _, test := range []struct {
		all, ctype, lang string
		want             bool
	}{
		{"", "", "en_GB.UTF-8", true},
		{"", "", "de_DE.utf8", true},
		{"", "", "", false},
		{"C", "", "en_GB.UTF-8", false},
		{"", "C.UTF-8", "C", true},
	} {
		env := map[string]string{"LC_ALL": test.all, "LC_CTYPE": test.ctype, "LANG": test.lang}
		if got := utf8Locale(func(name string) string { return env[name] }); got != test.want {
			t.Errorf("%v: %v", test, got)
		}
	}
}
