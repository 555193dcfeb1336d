package link

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Auto is the name of the choice that takes the first back end that works.
const Auto = "auto"

// backend is one way to make a link: a row of the table.
type backend struct {
	name  string
	about string
	note  string // what to know when it works

	loopback bool         // it offers that topology too
	probe    func() error // nil: it works; else a sentence, with a hint how to get it
	open     func(context.Context, Config) (Link, error)
	plan     func(Config) []string

	// elsewhere tells how to use a back end that cannot carry the sockets of
	// this process. open is nil then.
	elsewhere string
}

// Status is what Probe tells of a back end.
type Status struct {
	Backend string `json:"backend"`
	About   string `json:"about"`
	Works   bool   `json:"works"`
	Why     string `json:"why,omitempty"`  // where it does not work: what is missing and how to get it
	Note    string `json:"note,omitempty"` // where it works: what to know
}

// Probe tries every back end, in the order in which Auto prefers them. What it
// makes for that is gone again when it returns.
func Probe() []Status {
	var all []Status
	for _, b := range backends() {
		s := Status{Backend: b.name, About: b.about, Works: true, Note: b.note}
		if err := b.probe(); err != nil {
			s.Works, s.Why, s.Note = false, err.Error(), ""
		}
		all = append(all, s)
	}
	return all
}

// ElsewhereError is the answer of Open for a back end that works, but not for
// sockets of this process.
type ElsewhereError struct {
	Backend string // uml or simulated
	How     string
}

func (e *ElsewhereError) Error() string {
	return fmt.Sprintf("the %s link cannot carry sockets of this process: %s", e.Backend, e.How)
}

// Choose resolves a name: Auto to the first back end that works and offers the
// topology, another to itself. It does not try a back end that is named.
func Choose(name string, t Topology) (string, error) {
	if name != Auto {
		_, err := find(name)
		return name, err
	}
	var why []string
	for _, b := range backends() {
		if t == Loopback && !b.loopback {
			why = append(why, b.name+": it joins two hosts and has no loopback")
			continue
		}
		err := b.probe()
		if err == nil {
			return b.name, nil
		}
		why = append(why, b.name+": "+err.Error())
	}
	return "", errors.New("no link works here; " + strings.Join(why, "; "))
}

// Open sets up a link by the back end of that name, or by the first that works
// (Auto). Where that one cannot carry sockets of this process, the error is an
// *ElsewhereError. On any error nothing is left behind.
//
// A netem link whose Params do nothing needs no netem and works on every Linux
// where network namespaces do.
func Open(ctx context.Context, name string, c Config) (Link, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b, err := backendFor(name, c)
	if err != nil {
		return nil, err
	}
	if b.open == nil {
		return nil, &ElsewhereError{Backend: b.name, How: b.elsewhere}
	}
	l, err := b.open(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("%s link: %w", b.name, err)
	}
	return l, nil
}

// DryRun tells what Open would do, as commands that a person can read. The
// names of namespaces are there for that person only: the real ones have none.
func DryRun(name string, c Config) ([]string, error) {
	b, err := backendFor(name, c)
	if err != nil {
		return nil, err
	}
	return b.plan(c), nil
}

// backendFor is the back end of that name, or the first that works, for a link
// that can be.
func backendFor(name string, c Config) (backend, error) {
	if err := c.check(); err != nil {
		return backend{}, err
	}
	name, err := Choose(name, c.Topology)
	if err != nil {
		return backend{}, err
	}
	return find(name)
}

func find(name string) (backend, error) {
	names := []string{Auto}
	for _, b := range backends() {
		if b.name == name {
			return b, nil
		}
		names = append(names, b.name)
	}
	return backend{}, fmt.Errorf("no link is called %q (hint: %s)", name, strings.Join(names, ", "))
}

// simulatedBackend is the same on every system.
func simulatedBackend() backend {
	return backend{
		name:  "simulated",
		about: "gVisor's TCP at both ends, in one process and in virtual time; repeats to the byte",
		probe: func() error { return nil },
		plan: func(Config) []string {
			return []string{"# two network stacks in this process, joined by a simulated link; nothing is set up"}
		},
		elsewhere: "it has hosts of its own (package capture/link/simulated)",
	}
}
