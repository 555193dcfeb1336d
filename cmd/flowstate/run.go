package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// The exit statuses; sysexits.h has 64 as EX_USAGE.
const (
	exitDone    = 0
	exitFailed  = 1
	exitDamaged = 2
	exitCheck   = 3
	exitUsage   = 64
)

// program is one run of flowstate: its streams, and what became of it.
type program struct {
	args    []string
	started bool // the command line was in order and its command runs
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	failed  bool // an input could not be read; it has been told
	refuted bool // a check that was asked for did not hold; it has been told
	damaged bool // part of an input could not be used; it has been told
}

// run is flowstate without the process around it.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{args: args, stdin: stdin, stdout: stdout, stderr: stderr}
	root := newRoot(p)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	var usage *usageError
	switch {
	case errors.As(err, &usage):
		p.say("%s", usage.text)
		if usage.hint != "" {
			p.say("hint: %s", usage.hint)
		}
		return exitUsage
	case err != nil && !p.started:
		p.say("%v", err)
		p.say("hint: flowstate --help")
		return exitUsage
	case err != nil:
		p.say("%v", err)
		return exitFailed
	case p.failed:
		return exitFailed
	case p.refuted:
		return exitCheck
	case p.damaged:
		return exitDamaged
	}
	return exitDone
}

// say writes one line of words.
func (p *program) say(format string, args ...any) {
	text := printable(fmt.Sprintf(format, args...))
	fmt.Fprintf(p.stderr, "flowstate: %s\n", text) // where words cannot be written, nothing can be told
}

// printable keeps names of files and damaged bytes from moving the cursor.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '\ufffd'
		}
		return r
	}, text)
}

// usageError is a command line that cannot be meant. The hint is a command
// that can be pasted.
type usageError struct{ text, hint string }

func (e *usageError) Error() string { return e.text }

func usage(hint, format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...), hint}
}
