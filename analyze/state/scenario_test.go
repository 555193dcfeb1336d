package state_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
)

// Each file in testdata/scenarios is a capture in the scenario notation and
// what is true of it. They are the specification of the inference.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := scenario.Parse(file, string(text))
			if err != nil {
				t.Fatal(err)
			}
			conns := inferAll(t, s)
			for _, e := range s.Expectations {
				checkExpectation(t, conns, e)
			}
		})
	}
}

func inferAll(t *testing.T, s *scenario.Scenario) []*analyze.Connection {
	t.Helper()
	pcap, err := s.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	r, err := pcapfile.NewReader(bytes.NewReader(pcap), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	a := analyze.New(r, analyze.Options{})
	conns := slices.Collect(a.Connections())
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	return conns
}

func checkExpectation(t *testing.T, conns []*analyze.Connection, e scenario.Expectation) {
	t.Helper()
	if e.Conn >= len(conns) {
		t.Fatalf("connection %d is missing: found %d", e.Conn, len(conns))
	}
	c := conns[e.Conn]
	r := &c.States
	want := func(what, want, got string) {
		t.Helper()
		if want != "" && want != got {
			t.Errorf("conn %d: %s is %q, want %q", e.Conn, what, got, want)
		}
	}
	want("open", e.Open, r.Open.String())
	want("close", e.Close, r.Close.String())
	want("vantage", e.Vantage, r.Vantage.String())
	if e.Roles != "" {
		want("roles", e.Roles, map[bool]string{true: "observed", false: "assumed"}[c.RolesObserved])
	}
	for _, side := range reconstruct.Sides {
		if !slices.Equal(e.Paths[side], []string{"*"}) {
			want(side.String()+" path", words(e.Paths[side]), words(names(r, side, r.Paths[side])))
		}
		for _, alternative := range e.Alternatives[side] {
			if words(names(r, side, r.Paths[side])) == words(alternative) {
				continue
			}
			if !slices.ContainsFunc(r.Alternatives[side], func(a state.Alternative) bool {
				return words(names(r, side, a.Path)) == words(alternative)
			}) {
				t.Errorf("conn %d: %s lacks the alternative %s; has %s", e.Conn, side, words(alternative), alternatives(r, side))
			}
		}
		checkCertainty(t, r, side, e)
	}
	checkFindings(t, c, e)
}

func words(list []string) string { return strings.Join(list, " ") }

// names lists the states of a path, its start included; nothing for a side of
// which nothing is known.
func names(r *state.Result, side reconstruct.Side, p state.Path) []string {
	if !r.Known[side] {
		return nil
	}
	list := []string{r.Start[side].String()}
	for _, t := range p {
		list = append(list, t.To.String())
	}
	return list
}

func alternatives(r *state.Result, side reconstruct.Side) string {
	var list []string
	for _, a := range r.Alternatives[side] {
		list = append(list, words(names(r, side, a.Path)))
	}
	return strings.Join(list, " | ")
}

func checkCertainty(t *testing.T, r *state.Result, side reconstruct.Side, e scenario.Expectation) {
	t.Helper()
	for i, want := range e.Certainty[side] {
		if i >= len(r.Paths[side]) {
			t.Errorf("conn %d: %s has %d transitions, want %d", e.Conn, side, len(r.Paths[side]), len(e.Certainty[side]))
			return
		}
		tr := r.Paths[side][i]
		sure := want == "sure" && tr.Certainty >= state.Strong
		if want != "*" && !sure && tr.Certainty.String() != want {
			t.Errorf("conn %d: %s %s to %s is %s, want %s", e.Conn, side, tr.From, tr.To, tr.Certainty, want)
		}
	}
}

func checkFindings(t *testing.T, c *analyze.Connection, e scenario.Expectation) {
	t.Helper()
	var got []string
	for _, f := range c.Findings {
		got = append(got, f.Code.String())
	}
	for _, want := range e.Findings {
		if !slices.Contains(got, want) {
			t.Errorf("conn %d: finding %s is missing from %v", e.Conn, want, got)
		}
	}
	for _, unwanted := range e.NoFindings {
		if slices.Contains(got, unwanted) {
			t.Errorf("conn %d: finding %s is not true; all: %v", e.Conn, unwanted, got)
		}
	}
}
