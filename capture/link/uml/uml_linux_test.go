package uml

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

func TestMain(m *testing.M) {
	Init()
	if job := os.Getenv("UML_TEST_JOB"); job != "" {
		os.Exit(testJob(job))
	}
	os.Exit(m.Run())
}

// testJob is what the guests of the tests run.
func testJob(job string) int {
	fmt.Printf("out: pid %d of %s\n", os.Getpid(), job)
	fmt.Fprintln(os.Stderr, "err")
	switch job {
	case "write":
		if err := os.WriteFile("result", []byte(strings.Repeat("x", 1<<20)), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		if err := os.WriteFile("/root/forbidden", nil, 0o600); err == nil {
			fmt.Fprintln(os.Stderr, "the host's files can be written to")
			return 1
		}
		if modules, err := os.ReadFile("/proc/modules"); err != nil || !strings.Contains(string(modules), "sch_netem") {
			fmt.Fprintf(os.Stderr, "no netem: %v, %s\n", err, modules)
			return 1
		}
	case "fail":
		return 3
	case "flood":
		for range 20_000 {
			fmt.Println(strings.Repeat("y", 99))
		}
	case "hang":
		time.Sleep(time.Hour)
	}
	return 0
}

// guests ends a test where none can run.
func guests(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("boots a kernel")
	}
	if err := Ready(); err != nil {
		testneed.Missing(t, "no user-mode Linux: %v", err)
	}
}

// A guest may start while another one's owner looks for what was left behind.
func TestNewFolderOutlivesASweep(t *testing.T) {
	parent := t.TempDir()
	t.Setenv("TMPDIR", parent)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 2000 {
			Sweep()
		}
	}()
	made := 0
	for running := true; running; made++ {
		select {
		case <-done:
			running = false
		default:
		}
		f, err := newFolder(parent)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(f.path); err != nil {
			t.Fatalf("folder %d is gone: %v", made, err)
		}
		f.remove()
	}
	t.Logf("%d folders", made)
}

func job(t *testing.T, name string) (Job, *bytes.Buffer, *bytes.Buffer) {
	t.Helper()
	guests(t)
	t.Setenv("TMPDIR", t.TempDir())
	var stdout, stderr bytes.Buffer
	return Job{OutDir: t.TempDir(), Env: []string{"UML_TEST_JOB=" + name}, Stdout: &stdout, Stderr: &stderr}, &stdout, &stderr
}

func TestJobInGuest(t *testing.T) {
	j, stdout, stderr := job(t, "write")
	start := time.Now()
	if err := Run(t.Context(), j); err != nil {
		t.Fatalf("%v\n%s%s", err, stdout, stderr)
	}
	t.Logf("booted, ran and gone in %v", time.Since(start))
	if !strings.HasPrefix(stdout.String(), "out: pid ") || stderr.String() != "err\n" {
		t.Errorf("stdout %q, stderr %q", stdout, stderr)
	}
	if data, err := os.ReadFile(filepath.Join(j.OutDir, "result")); err != nil || len(data) != 1<<20 {
		t.Errorf("result: %d bytes, %v", len(data), err)
	}
	nothingLeft(t)
}

func TestExitStatusAndOutput(t *testing.T) {
	j, _, _ := job(t, "fail")
	var exit *ExitError
	if err := Run(t.Context(), j); !errors.As(err, &exit) || exit.Code != 3 {
		t.Errorf("exit status 3: %v", err)
	}
	j, stdout, _ := job(t, "flood")
	if err := Run(t.Context(), j); err != nil {
		t.Error(err)
	}
	if n := strings.Count(stdout.String(), strings.Repeat("y", 99)+"\n"); n != 20_000 {
		t.Errorf("%d of 20000 lines arrived", n)
	}
	j.Binary = "/no/such/program"
	if err := Run(t.Context(), j); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("no such program: %v", err)
	}
}

func TestStopped(t *testing.T) {
	j, _, _ := job(t, "hang")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := Run(ctx, j); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("time-out: %v", err)
	}
	nothingLeft(t)
}

// TestKilledOwner kills a process that has a guest, as kill -9 would.
func TestKilledOwner(t *testing.T) {
	if out := os.Getenv("UML_TEST_OWNER"); out != "" {
		err := Run(context.Background(), Job{OutDir: out, Env: []string{"UML_TEST_JOB=hang"}, Stdout: os.Stdout})
		t.Fatalf("the guest ended: %v", err)
	}
	guests(t)
	t.Setenv("TMPDIR", t.TempDir())
	owner := exec.Command(os.Args[0], "-test.run=^TestKilledOwner$")
	owner.Env = append(os.Environ(), "UML_TEST_OWNER="+t.TempDir())
	stdout, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stdout.Read(make([]byte, 1)); err != nil { // the job runs
		t.Error(err)
	}
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait() // killed, as asked
	Sweep()
	nothingLeft(t)
}

// nothingLeft looks for processes and folders of the test's own guests, which
// have its own temporary folder, and for folders that nobody uses any more.
func nothingLeft(t *testing.T) {
	t.Helper()
	left := remains(t)
	for deadline := time.Now().Add(5 * time.Second); left != "" && time.Now().Before(deadline); left = remains(t) {
		time.Sleep(50 * time.Millisecond)
	}
	if left != "" {
		t.Errorf("left behind: %s", left)
	}
}

func remains(t *testing.T) string {
	t.Helper()
	shm, parent := parents()
	left, _ := filepath.Glob(filepath.Join(parent, prefix+"*"))
	memory, _ := filepath.Glob(filepath.Join(shm, prefix+"*"))
	for _, path := range memory {
		if lock, err := os.Open(path); err == nil {
			if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
				left = append(left, path)
			}
			lock.Close()
		}
	}
	commands, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range commands {
		if data, err := os.ReadFile(name); err == nil && bytes.Contains(data, []byte("uml_dir="+parent)) {
			left = append(left, name)
		}
	}
	return strings.Join(left, ", ")
}

func TestJobsThatNoGuestCouldRun(t *testing.T) {
	for _, j := range []Job{
		{OutDir: "relative"}, {OutDir: "/no/such/folder"}, {OutDir: "/dev/shm"}, {OutDir: "/etc/passwd"},
		{OutDir: t.TempDir(), Binary: "relative"}, {OutDir: t.TempDir(), Binary: "/mnt/program"},
	} {
		if err := j.complete(); err == nil {
			t.Errorf("%+v was taken", j)
		}
	}
}
