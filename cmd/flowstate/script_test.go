package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
)

// ownProcesses are the commands that tests run as processes of their own.
var ownProcesses = []string{"lab", "capture", "view", "serve"}

var update = flag.Bool("update", false, "write the outputs that differ into the scripts")

// TestMain makes the test binary the program itself where a test starts it as
// one: in a guest, or with a command that starts processes (see program).
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains(ownProcesses, os.Args[1]) || os.Getpid() == 1 {
		main()
	}
	testscript.Main(m, map[string]func(){
		"flowstate": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts plays the stories in testdata/script. They build their captures
// from scenarios in themselves.
func TestScripts(t *testing.T) { play(t, "testdata/script", nil) }

// TestShared plays the stories about captures of the shared collection.
func TestShared(t *testing.T) {
	odd := testneed.Shared(t, "captures/odd")
	play(t, "testdata/shared", func(env *testscript.Env) error {
		return os.CopyFS(filepath.Join(env.WorkDir, "odd"), os.DirFS(odd))
	})
}

func play(t *testing.T, dir string, setup func(*testscript.Env) error) {
	testscript.Run(t, testscript.Params{
		Dir:           dir,
		UpdateScripts: *update,
		Setup:         setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"capture": buildCapture,
		},
	})
}

// exits is the command "exits STATUS PROGRAM [ARG...]".
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// buildCapture is the command "capture SCENARIO FILE [BYTES]": it turns a
// scenario into a capture, of which BYTES may be cut off at the end.
func buildCapture(ts *testscript.TestScript, _ bool, args []string) {
	s, err := scenario.Parse(args[0], ts.ReadFile(args[0]))
	ts.Check(err)
	data, err := s.Pcap()
	ts.Check(err)
	if len(args) > 2 {
		cut, err := strconv.Atoi(args[2])
		ts.Check(err)
		data = data[:len(data)-cut]
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o644))
}
