package dotlayout

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

const small = `digraph { a [id=n0]; b [id=n1]; a -> b [id=e0, label="x"]; }`

func newEngine(t *testing.T) *Engine {
	t.Helper()
	e, err := New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// TestShared lays out one graph from several goroutines: without the lock,
// go-graphviz answers with bogus errors or with nothing.
func TestShared(t *testing.T) {
	e := newEngine(t)
	want, err := e.Layout([]byte(small))
	if err != nil || !strings.Contains(string(want), `"id": "e0"`) {
		t.Fatalf("%v\n%s", err, want)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 5 {
				if got, err := e.Layout([]byte(small)); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%v\n%s", err, got)
				}
			}
		})
	}
	wait.Wait()
}

func TestBadDOT(t *testing.T) {
	if _, err := newEngine(t).Layout([]byte("digraph {")); err == nil {
		t.Error("half a graph is laid out")
	}
	if _, err := newEngine(t).Layout([]byte(small)); err != nil {
		t.Errorf("after an error: %v", err)
	}
}
