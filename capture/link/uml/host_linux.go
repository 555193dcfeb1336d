package uml

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Kernel finds the user-mode Linux kernel, or says how to get one.
func Kernel() (string, error) {
	path, err := exec.LookPath("linux.uml")
	if err != nil {
		return "", errors.New("no linux.uml on PATH (hint: " + Install + ")")
	}
	return path, nil
}

// Ready tells whether guests can run: nil, or what is missing and how to get
// it. It boots none.
func Ready() error {
	if _, err := Kernel(); err != nil {
		return err
	}
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return errors.New("a program built with the race detector, which wants more address space than a user-mode Linux guest has, cannot be its init (hint: build without -race)")
	}
	return nil
}

// Run boots a guest, runs the job in it, and returns when the guest is gone:
// nil, an *ExitError, the context's error, or why it could not be run. Any
// number of guests can run at once.
func Run(ctx context.Context, job Job) error {
	if err := Ready(); err != nil {
		return err
	}
	kernel, err := Kernel()
	if err != nil {
		return err
	}
	if err := job.complete(); err != nil {
		return err
	}
	Sweep()
	err = runOnce(ctx, kernel, job)
	// Now and then such a kernel stands still while it boots. The job has not
	// begun then, so nothing is done twice.
	if errors.Is(err, errNoBoot) {
		err = runOnce(ctx, kernel, job)
	}
	return err
}

func runOnce(ctx context.Context, kernel string, job Job) error {
	guest, memory, err := newFolders()
	if err != nil {
		return err
	}
	defer guest.remove()
	defer memory.remove()
	if err := guest.prepare(job); err != nil {
		return err
	}
	return boot(ctx, kernel, guest.path, memory.path, job)
}

// complete fills in defaults and refuses what the guest could not use.
func (j *Job) complete() error {
	if j.Binary == "" {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("this program's own file: %w", err)
		}
		j.Binary = self
	}
	if j.Memory == 0 {
		j.Memory = defaultMemory
	}
	if !filepath.IsAbs(j.Binary) || !filepath.IsAbs(j.OutDir) {
		return fmt.Errorf("the program (%q) and the folder (%q) of a guest's job need absolute paths", j.Binary, j.OutDir)
	}
	if info, err := os.Stat(j.OutDir); err != nil {
		return fmt.Errorf("the folder of a guest's job: %w", err)
	} else if !info.IsDir() {
		return fmt.Errorf("the folder of a guest's job: %s is a file", j.OutDir)
	}
	for _, path := range []string{j.Binary, j.OutDir} {
		if hidden(path) {
			return fmt.Errorf("a user-mode Linux guest has a folder of its own in place of that of %s", path)
		}
	}
	return nil
}

// boot runs the kernel until it has powered off.
func boot(ctx context.Context, kernel, folder, memory string, job Job) error {
	alive, kill := context.WithCancelCause(ctx)
	defer kill(nil)
	var console bytes.Buffer
	var lines lines
	watch := newWatch(kill)
	defer func() { watch.timer.Stop() }() // whichever it is by then
	for _, to := range []io.Writer{job.Stdout, job.Stderr, watch} {
		if err := lines.add(to); err != nil {
			lines.started() // not started, but no longer ours to write to
			lines.wait()
			return err
		}
	}
	err := runLocked(&lines, func(attr *syscall.SysProcAttr) *exec.Cmd {
		cmd := exec.CommandContext(alive, kernel, arguments(folder, job.Memory)...)
		cmd.Env = []string{"TMPDIR=" + memory, "PATH=" + os.Getenv("PATH"), "HOME=" + folder}
		cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = &console, &console, lines.ends
		cmd.SysProcAttr = attr
		cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
		cmd.WaitDelay = time.Second
		return cmd
	})
	if ctx.Err() != nil {
		return fmt.Errorf("the user-mode Linux guest was stopped: %w", context.Cause(ctx))
	}
	if v := watch.verdict; v != nil {
		return v.err()
	}
	if errors.Is(context.Cause(alive), errNoBoot) {
		return errNoBoot
	}
	return fmt.Errorf("user-mode Linux ended before the job did (%v); its console ended with:\n%s", err, tail(console.String()))
}

// tail is the end of a text, enough of it for a kernel's last words.
func tail(text string) string {
	const most = 2000
	return strings.TrimSpace(text[max(0, len(text)-most):])
}

// arguments are the kernel's: the host's files as a read-only root, the console
// and three serial lines on descriptors, and no other terminal.
func arguments(folder string, memory int) []string {
	return []string{
		"mem=" + strconv.Itoa(memory) + "M",
		"rootfstype=hostfs", "rootflags=/", "ro",
		"init=" + filepath.Join(folder, "init"),
		"uml_dir=" + folder, "umid=guest",
		"con=null", "con0=null,fd:1", "ssl=null", "ssl0=null,fd:3", "ssl1=null,fd:4", "ssl2=null,fd:5",
		"quiet", "panic=-1",
		specVariable + "=" + filepath.Join(folder, "job.json"),
	}
}

// runLocked runs the kernel that build describes. The signal that Pdeathsig
// asks for comes when the thread that started it ends, so that thread is kept.
func runLocked(l *lines, build func(*syscall.SysProcAttr) *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := build(confined())
	err := cmd.Start()
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSPC) {
		cmd = build(grouped()) // the system allows no such namespaces
		err = cmd.Start()
	}
	l.started()
	defer l.wait()
	if err != nil {
		return fmt.Errorf("starting user-mode Linux: %w", err)
	}
	favour(cmd.Process.Pid)
	err = cmd.Wait()
	// Whatever the end was: no process of the group outlives the kernel.
	_ = killGroup(cmd.Process.Pid)
	return err
}

// favour lets a guest run before others, where the rights allow it: its timers
// are as late as its kernel is for the processor. All its processes inherit it.
func favour(pid int) {
	const favoured = -10
	_ = unix.Setpriority(unix.PRIO_PROCESS, pid, favoured) // fails where we may not
}

// grouped makes the kernel end with this process. The processes behind the
// guest's processes are of its group, and end where we end it; where we cannot,
// the next run does (Sweep).
func grouped() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// confined also puts the kernel into a process namespace, as its first process,
// so that the host's kernel ends all others when it dies.
func confined() *syscall.SysProcAttr {
	a := grouped()
	a.Cloneflags = syscall.CLONE_NEWPID
	if uid, gid := os.Geteuid(), os.Getegid(); uid != 0 {
		a.Cloneflags |= syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
	}
	return a
}

func killGroup(pid int) error {
	if err := unix.Kill(-pid, unix.SIGKILL); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	return nil
}

// lines are the pipes behind the guest's serial lines.
type lines struct {
	ends []*os.File // the guest's
	done sync.WaitGroup
}

// add joins the next line, in order from descriptor 3, to a writer.
func (l *lines) add(to io.Writer) error {
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("a channel to the guest: %w", err)
	}
	if to == nil {
		to = io.Discard
	}
	l.ends = append(l.ends, w)
	l.done.Add(1)
	go func() {
		defer l.done.Done()
		defer r.Close() // a pipe that was read to its end
		if _, err := io.Copy(to, r); err != nil {
			// The guest must not stand still because nobody reads.
			_, _ = io.Copy(io.Discard, r)
		}
	}()
	return nil
}

// started closes this process's copies, so that readers see the end.
func (l *lines) started() {
	for _, w := range l.ends {
		w.Close() // nothing was written by us
	}
}

func (l *lines) wait() { l.done.Wait() }
