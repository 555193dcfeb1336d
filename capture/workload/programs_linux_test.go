package workload

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// programsLab has a file that the client asks for from Python's web server.
func programsLab(t *testing.T) (lab, Programs) {
	python := testneed.Program(t, "python3")
	l := newLab(t)
	folder := t.TempDir()
	return l, Programs{
		Server: "exec " + python + " -m http.server --bind {server} {port}",
		Client: python + ` -c 'import socket; s = socket.create_connection(("{server}", {port})); print(*s.getpeername()); print("from {client}")'`,
		Port:   freePort(t), Folder: folder,
	}
}

func output(t *testing.T, p Programs, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.Folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPrograms(t *testing.T) {
	l, p := programsLab(t)
	r, err := p.Run(within(t, 30*time.Second), l.Env)
	if err != nil {
		t.Fatal(err)
	}
	if want := netip.AddrPortFrom(l.Hosts[Server].Addr, p.Port); r.Listening != want {
		t.Errorf("listens at %v, want %v", r.Listening, want)
	}
	if r.Client.Status != 0 || r.Client.Stopped || r.Client.Time <= 0 {
		t.Errorf("client %+v", r.Client)
	}
	if !r.Server.Stopped || r.Server.Signal != "SIGTERM" {
		t.Errorf("server %+v", r.Server)
	}
	if want := "127.0.0.1 " + strconv.Itoa(int(p.Port)) + "\nfrom 127.0.0.1\n"; output(t, p, "client.out") != want {
		t.Errorf("client says %q, want %q; %s", output(t, p, "client.out"), want, output(t, p, "client.err"))
	}
}

func TestProgramsOwnFailures(t *testing.T) {
	l, p := programsLab(t)
	p.Client = "echo what went wrong >&2; exit 7"
	r, err := p.Run(within(t, 30*time.Second), l.Env)
	if err != nil || r.Client.Status != 7 || output(t, p, "client.err") != "what went wrong\n" {
		t.Errorf("%+v, %v", r, err)
	}
	p.Server = "echo no such file >&2; exit 3"
	r, err = p.Run(within(t, 30*time.Second), l.Env)
	if err == nil || !strings.HasSuffix(err.Error(), ": no such file") || r.Server.Status != 3 || r.Server.Stopped {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestProgramsCanWrite: a program is told a folder of its own.
func TestProgramsCanWrite(t *testing.T) {
	l, p := programsLab(t)
	p.Client = "echo it > {folder}/written"
	if _, err := p.Run(within(t, 30*time.Second), l.Env); err != nil || output(t, p, "written") != "it\n" {
		t.Errorf("%v", err)
	}
}

// TestProgramsWithoutAListener: a server that only waits is ready in time.
func TestProgramsWithoutAListener(t *testing.T) {
	l := newLab(t)
	p := Programs{Server: "exec sleep 60", Client: "true", Ready: 50 * time.Millisecond, Folder: t.TempDir()}
	r, err := p.Run(within(t, 30*time.Second), l.Env)
	if err != nil || r.Listening.IsValid() || r.Client.Status != 0 || !r.Server.Stopped {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestProgramsLeaveNobody cancels two groups of which one ignores SIGTERM.
func TestProgramsLeaveNobody(t *testing.T) {
	l := newLab(t)
	p := Programs{
		Server: "trap '' TERM; " + sleeper("{folder}/pid") + " & wait",
		Client: "sleep 60", Ready: 50 * time.Millisecond, Grace: 100 * time.Millisecond, Folder: t.TempDir(),
	}
	p.Server = strings.ReplaceAll(p.Server, "{folder}", p.Folder)
	stopped := errors.New("stopped by the test")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(300*time.Millisecond, func() { cancel(stopped) })
	r, err := p.Run(ctx, l.Env)
	if !errors.Is(err, stopped) || !r.Client.Stopped || r.Server.Signal != "SIGKILL" {
		t.Errorf("%+v, %v", r, err)
	}
	checkGone(t, pidIn(t, p.Folder))
}

// sleeper is a line for the shell that writes the host's number of its process
// into a file: $$ would be that of the process namespace.
func sleeper(file string) string {
	return "sh -c 'read pid more </proc/self/stat; echo $pid >" + file + "; exec sleep 60'"
}

// TestProgramsLeaveNoDaemon: a process that has left the group, and whose parent
// has ended, goes too.
func TestProgramsLeaveNoDaemon(t *testing.T) {
	l := newLab(t)
	needCage(t)
	p := Programs{
		Server: "sleep 60", Client: "setsid " + sleeper("{folder}/pid") + " & until [ -s {folder}/pid ]; do sleep 0.01; done",
		Ready: time.Millisecond, Folder: t.TempDir(),
	}
	if r, err := p.Run(within(t, 30*time.Second), l.Env); err != nil || r.Client.Status != 0 || r.Server.Signal != "SIGTERM" {
		t.Errorf("%+v, %v", r, err)
	}
	checkGone(t, pidIn(t, p.Folder))
}

// needCage ends a test where there are no process namespaces.
func needCage(t *testing.T) {
	t.Helper()
	c, err := newCage()
	if err != nil {
		t.Fatal(err)
	}
	c.close()
	if c.first == nil {
		testneed.Missing(t, "no process namespaces: not root")
	}
}

// pidIn waits for a sleeper's number in a folder.
func pidIn(t *testing.T, folder string) int {
	t.Helper()
	for range 1000 {
		text, _ := os.ReadFile(filepath.Join(folder, "pid")) // not there yet: again
		if pid, _ := strconv.Atoi(strings.TrimSpace(string(text))); pid != 0 {
			return pid
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("no program was started")
	return 0
}

// TestProgramsDieWithUs kills the process that runs them, as nobody can catch. A
// daemon goes too.
func TestProgramsDieWithUs(t *testing.T) {
	needCage(t)
	folder := t.TempDir()
	runner := exec.Command(os.Args[0])
	runner.Env = append(os.Environ(), runnerArgument+"="+folder)
	if err := runner.Start(); err != nil {
		t.Fatal(err)
	}
	pid := pidIn(t, folder)
	if err := runner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = runner.Wait() // it was killed
	checkGone(t, pid)
}

// checkGone waits until whoever has adopted a process has reaped it.
func checkGone(t *testing.T, pid int) {
	t.Helper()
	for range 100 {
		if unix.Kill(pid, 0) != nil || isZombie(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d is still there", pid)
}

func isZombie(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || strings.Contains(string(text), ") Z ")
}

func TestProgramsRefusals(t *testing.T) {
	var usage *UsageError
	if err := (Programs{Client: "true"}).Check(); !errors.As(err, &usage) || !strings.Contains(err.Error(), "for the server") {
		t.Errorf("no server: %v", err)
	}
	if err := (Programs{Server: "true", Client: " "}).Check(); !errors.As(err, &usage) {
		t.Errorf("no client: %v", err)
	}
}

func TestListener(t *testing.T) {
	for line, want := range map[string]string{
		"   0: 0100007F:279D 00000000:0000 0A 00000000:00000000 00:00000000 00000000":            "127.0.0.1:10141",
		"   0: 0100007F:279D 0100007F:8000 01 00000000:00000000 00:00000000 00000000":            "",
		"   0: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0": "[::1]:80",
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid":      "",
		"": "",
	} {
		at, ok := listener(line)
		if ok != (want != "") || ok && at.String() != want {
			t.Errorf("%q: %v %v, want %q", line, at, ok, want)
		}
	}
}
