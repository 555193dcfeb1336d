package uml

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// The guest's serial lines, each joined to a pipe of the host.
const (
	stdoutLine  = "/dev/ttyS0"
	stderrLine  = "/dev/ttyS1"
	verdictLine = "/dev/ttyS2"
)

// Init does nothing in an ordinary process. In the init of a guest it runs the
// job and powers off; it does not return then.
func Init() {
	file := os.Getenv(specVariable)
	if os.Getpid() != 1 || file == "" {
		return
	}
	v := guest(file)
	if err := tell(v); err != nil {
		fmt.Println("flowstate:", err) // the console is all that is left
	}
	unix.Sync()
	// An init that returned would be a kernel panic.
	for {
		_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
		time.Sleep(time.Second)
	}
}

// guest sets up the system and runs the job.
func guest(file string) verdict {
	s, err := readSpec(file)
	if err != nil {
		return verdict{Error: err.Error()}
	}
	for _, step := range []func(spec) error{mountAll, begin, loadModules, settle} {
		if err := step(s); err != nil {
			return verdict{Error: err.Error()}
		}
	}
	return runJob(s)
}

func readSpec(file string) (s spec, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return s, fmt.Errorf("the job's description: %w", err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("the job's description: %w", err)
	}
	return s, nil
}

// mountAll mounts what a job expects, and OutDir over itself, writable. Servers
// expect to write to /run; it stays the host's where something of ours is there.
func mountAll(s spec) error {
	mounts := []struct{ kind, at, data string }{
		{"proc", "/proc", ""},
		{"sysfs", "/sys", ""},
		{"devtmpfs", "/dev", ""},
		{"tmpfs", "/mnt", ""},
		{"tmpfs", "/run", ""},
		{"hostfs", s.OutDir, s.OutDir},
	}
	for _, m := range mounts {
		if m.at == "/run" && (strings.HasPrefix(s.OutDir, "/run/") || strings.HasPrefix(s.Binary, "/run/")) {
			continue
		}
		err := unix.Mount("none", m.at, m.kind, 0, m.data)
		if err != nil && !(errors.Is(err, unix.EBUSY) && m.kind == "devtmpfs") { // the kernel may have mounted it
			return fmt.Errorf("mounting %s at %s: %w", m.kind, m.at, err)
		}
	}
	return nil
}

// begin tells that the kernel has booted.
func begin(spec) error { return tell(verdict{Begun: true}) }

// loadModules loads what is there. What is missing may be built in; where it
// is not, the link that needs it says so.
func loadModules(s spec) error {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return fmt.Errorf("the kernel's release: %w", err)
	}
	folder := filepath.Join("/usr/lib/uml/modules", unix.ByteSliceToString(name.Release[:]))
	for _, module := range append(usualModules(), s.Modules...) {
		if err := load(filepath.Join(folder, module)); err != nil {
			return err
		}
	}
	return nil
}

func load(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("kernel module: %w", err)
	}
	defer f.Close() // it was only read
	if err := unix.FinitModule(int(f.Fd()), "", 0); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("loading kernel module %s: %w", path, err)
	}
	return nil
}

// settle gives the guest's kernel its settings. This one is the guest's own,
// so what must not be touched on a host can be set here: netem lets more than
// 1,000 packets go at once, and the default backlog would drop them.
func settle(spec) error {
	if err := os.WriteFile("/proc/sys/net/core/netdev_max_backlog", []byte("100000"), 0); err != nil {
		return fmt.Errorf("the guest's backlog: %w", err)
	}
	return nil
}

func runJob(s spec) verdict {
	stdout, err := openLine(stdoutLine)
	if err != nil {
		return verdict{Error: err.Error()}
	}
	stderr, err := openLine(stderrLine)
	if err != nil {
		return verdict{Error: err.Error()}
	}
	cmd := exec.Command(s.Binary, s.Args...)
	cmd.Dir = s.OutDir
	cmd.Env = append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/mnt", "TMPDIR=/mnt"}, s.Env...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = cmd.Run()
	for _, line := range []*os.File{stdout, stderr} {
		drain(line)
	}
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return verdict{Exit: exitCode(exit)}
	}
	if err != nil {
		return verdict{Error: err.Error()}
	}
	return verdict{}
}

// exitCode is that of a shell: a signal counts from 128.
func exitCode(e *exec.ExitError) int {
	if code := e.ExitCode(); code >= 0 {
		return code
	}
	if status, ok := e.Sys().(interface{ Signal() unix.Signal }); ok {
		return 128 + int(status.Signal())
	}
	return 128
}

// openLine opens a serial line as a plain channel of bytes: a terminal would
// turn each line feed into two characters.
func openLine(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("a channel to the host: %w", err)
	}
	t, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		return nil, fmt.Errorf("a channel to the host: %w", err)
	}
	t.Oflag &^= unix.OPOST
	if err := unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, t); err != nil {
		return nil, fmt.Errorf("a channel to the host: %w", err)
	}
	return f, nil
}

// drain waits until the host has taken everything. An error leaves the little
// that the line holds unsent; the job's status is told all the same.
func drain(line *os.File) { _ = unix.IoctlSetInt(int(line.Fd()), unix.TCSBRK, 1) }

func tell(v verdict) error {
	line, err := openLine(verdictLine)
	if err != nil {
		return err
	}
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(line, string(data)+"\n"); err != nil {
		return err
	}
	drain(line)
	return nil
}
