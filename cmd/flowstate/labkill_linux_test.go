package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture/lab"
)

// TestLabKilled starts sweeps and ends them at random moments in every way, 50
// times in all. What is cut short is gone when the next has run, and the sweep
// is whole then.
func TestLabKilled(t *testing.T) {
	for _, k := range []killing{
		{"emulated", 20, []string{"-t", "1M", "--mode", "2proc"}},
		{"uml", 18, []string{"-t", "1M"}},
		{"simulated", 12, []string{"-t", "32M"}}, // in virtual time: as much as takes a while
	} {
		t.Run(k.link, func(t *testing.T) {
			needLink(t, k.link)
			t.Parallel()
			k.run(t)
		})
	}
}

// killing is how often a sweep over a link is ended.
type killing struct {
	link  string
	times int
	more  []string // flags
}

// blows are the ways to end a sweep: it, one of its processes, or as ^C does.
var blows = map[string]func(random *rand.Rand, pid int) error{
	"killed": func(_ *rand.Rand, pid int) error { return syscall.Kill(pid, syscall.SIGKILL) },
	"a process killed": func(random *rand.Rand, pid int) error {
		all := append(descendants(pid), pid)
		return syscall.Kill(all[random.IntN(len(all))], syscall.SIGKILL)
	},
	"interrupted": func(_ *rand.Rand, pid int) error { return syscall.Kill(pid, syscall.SIGINT) },
}

func (k killing) run(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	program, dir, temporary := programFile(t), filepath.Join(t.TempDir(), "lab"), t.TempDir()
	args := append([]string{"lab", "sweep", "--link", k.link, "--delay", "0,5", "-n", "3", "-B", "-q", "-o", dir, "--no-diagrams"}, k.more...)
	start := func() *exec.Cmd {
		c := exec.Command(program, args...)
		c.Env = append(os.Environ(), "TMPDIR="+temporary)
		return c
	}
	hit := map[string]int{}
	for n := range k.times {
		way := []string{"killed", "a process killed", "interrupted"}[n%3]
		if struck(t, start(), random, way) {
			hit[way]++
		}
		if m, err := lab.Open(dir); err == nil && len(m.Runs) == len(m.Planned) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("ended at work: %v", hit)
	if out, err := start().CombinedOutput(); err != nil {
		t.Fatalf("the sweep after all of them: %v: %s", err, out)
	}
	if m, err := lab.Open(dir); err != nil || len(m.Runs) != 6 {
		t.Fatalf("%v: %+v", err, m)
	}
	nothingLeft(t, program, dir, temporary)
}

// struck starts a sweep, strikes it, and waits for its end, which has to come
// by itself. It tells whether the sweep was still at work.
func struck(t *testing.T, c *exec.Cmd, random *rand.Rand, way string) bool {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatalf("a sweep failed before it was touched: %v", err)
		}
		return false
	case <-time.After(time.Duration(random.Int64N(int64(900 * time.Millisecond)))):
	}
	if err := blows[way](random, c.Process.Pid); err != nil && !errors.Is(err, unix.ESRCH) {
		t.Fatal(err)
	}
	select {
	case <-ended: // with whatever status
	case <-time.After(time.Minute):
		t.Fatalf("%s, and a minute later still there: %v", way, errors.Join(c.Process.Kill(), <-ended))
	}
	return true
}

// descendants lists the processes that a process has started, and theirs.
func descendants(pid int) (all []int) {
	for _, task := range globbed(fmt.Sprintf("/proc/%d/task/*/children", pid)) {
		list, err := os.ReadFile(task)
		if err != nil {
			continue // it has ended
		}
		for _, word := range strings.Fields(string(list)) {
			if child, err := strconv.Atoi(word); err == nil {
				all = append(append(all, child), descendants(child)...)
			}
		}
	}
	return all
}

// globbed is filepath.Glob of a pattern that is not malformed.
func globbed(pattern string) []string {
	found, err := filepath.Glob(pattern)
	if err != nil {
		panic(err)
	}
	return found
}

// nothingLeft looks for processes, mounts, temporary files and guests' folders.
// A namespace lives as long as a process or a mount does that holds it.
func nothingLeft(t *testing.T, program, dir, temporary string) {
	t.Helper()
	for until := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		left := processes(program, temporary)
		if len(left) == 0 {
			break
		}
		if time.Now().After(until) { // dying takes a moment
			t.Errorf("processes are left behind: %q", left)
			break
		}
	}
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil || strings.Contains(string(mounts), dir) || strings.Contains(string(mounts), temporary) || strings.Contains(string(mounts), "nsfs") {
		t.Errorf("a mount is left behind, %v: %s", err, mounts)
	}
	if list, err := os.ReadDir(temporary); err != nil || len(list) > 0 {
		t.Errorf("left in TMPDIR: %v, %v", list, err)
	}
	for _, path := range globbed("/dev/shm/flowstate-*") {
		if abandoned(path) {
			t.Errorf("%s is left behind", path)
		}
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && (strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(d.Name(), ".part")) {
			t.Errorf("%s is left behind", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// processes lists those that run the program, or a guest of it: its kernel's
// command line names the folder.
func processes(program, folder string) (all []string) {
	for _, process := range globbed("/proc/[0-9]*") {
		exe, _ := os.Readlink(filepath.Join(process, "exe")) // "" where it has ended
		line, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		if strings.HasPrefix(exe, program) || strings.Contains(string(line), folder) {
			all = append(all, fmt.Sprintf("%s: %s", process, line))
		}
	}
	return all
}

// abandoned tells of a folder of a guest that nobody has locked. The maker of
// another one has a moment to do so.
func abandoned(path string) bool {
	for range 20 {
		f, err := os.Open(path)
		if err != nil {
			return false // it has gone
		}
		locked := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil
		f.Close() // it was not written to
		if locked {
			return false
		}
		time.Sleep(100 * time.Millisecond)
	}
	return true
}
