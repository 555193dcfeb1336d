package serve

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestChangedFile makes a report anew when its file has changed, and only then.
func TestChangedFile(t *testing.T) {
	r := newRig(t, 0)
	get := func(want string, made int) {
		t.Helper()
		if w := r.ask("GET", "/capture/a.pcap", nil); !strings.HasSuffix(w.Body.String(), want) || r.made != made {
			t.Errorf("%q after %d reports, want %q after %d", w.Body, r.made, want, made)
		}
	}
	r.write("a.pcap", "one")
	get("one", 1)
	get("one", 1)
	r.write("a.pcap", "three")
	get("three", 2)
	r.write("a.pcap", "seven")
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(r.dir, "a.pcap"), later, later); err != nil {
		t.Fatal(err)
	}
	get("seven", 3)
	get("seven", 3)
	if err := os.Remove(filepath.Join(r.dir, "a.pcap")); err != nil {
		t.Fatal(err)
	}
	if w := r.ask("GET", "/capture/a.pcap", nil); w.Code != 404 {
		t.Errorf("status %d of what is gone", w.Code)
	}
}

// TestChangesMeanwhile keeps no report on a file that grew under it.
func TestChangesMeanwhile(t *testing.T) {
	r := newRig(t, 0)
	r.write("a.pcap", "one")
	r.wait = func(context.Context) { r.write("a.pcap", "grown") }
	r.ask("GET", "/capture/a.pcap", nil)
	r.wait = nil
	if w := r.ask("GET", "/capture/a.pcap", nil); r.made != 2 || !strings.HasSuffix(w.Body.String(), "grown") {
		t.Errorf("%d reports: %s", r.made, w.Body)
	}
}

// TestGone ends a report when the last who waits for it has gone, and not before.
func TestGone(t *testing.T) {
	r := newRig(t, 0)
	r.write("a.pcap", "A")
	started, ended := make(chan struct{}), make(chan struct{})
	r.wait = func(ctx context.Context) {
		close(started)
		<-ctx.Done()
		close(ended)
	}
	var all sync.WaitGroup
	stay, leave := context.WithCancel(context.Background())
	quick, hurry := context.WithCancel(context.Background())
	for _, ctx := range []context.Context{stay, quick} {
		all.Go(func() {
			request := httptest.NewRequest("GET", "http://"+host+"/capture/a.pcap", nil).WithContext(ctx)
			r.site.ServeHTTP(httptest.NewRecorder(), request)
		})
	}
	<-started
	waitFor(t, func() bool {
		r.site.shelf.mu.Lock()
		defer r.site.shelf.mu.Unlock()
		for _, f := range r.site.shelf.flights {
			return f.waiting == 2
		}
		return false
	})
	hurry()
	select {
	case <-ended:
		t.Error("the report ended though somebody waits for it")
	case <-time.After(50 * time.Millisecond):
	}
	leave()
	<-ended
	all.Wait()
	if r.made != 1 {
		t.Errorf("%d reports were begun", r.made)
	}
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); !done(); runtime.Gosched() {
		if time.Now().After(limit) {
			t.Fatal("it never came")
		}
	}
}

// TestShelf keeps what was asked for last, within its bounds.
func TestShelf(t *testing.T) {
	s := newShelf(10, 2)
	background := context.Background()
	made := 0
	get := func(name string, size int) error {
		_, err := s.get(background, background, key{name: name}, func(context.Context) ([]byte, bool, error) {
			made++
			return make([]byte, size), true, nil
		})
		return err
	}
	for _, step := range []struct {
		name       string
		size, made int
		held       int64
	}{
		{"a", 4, 1, 4}, {"b", 4, 2, 8}, {"a", 4, 2, 8}, {"c", 4, 3, 8}, {"a", 4, 3, 8}, {"b", 4, 4, 8}, {"large", 11, 5, 8}, {"all", 10, 6, 10}, {"a", 4, 7, 4},
	} {
		if err := get(step.name, step.size); err != nil || made != step.made || s.held != step.held || len(s.order) != len(s.pages) {
			t.Errorf("%s: made %d, want %d; %d bytes held, want %d in %d of %d: %v", step.name, made, step.made, s.held, step.held, len(s.pages), len(s.order), err)
		}
	}
	release := make(chan struct{})
	var all sync.WaitGroup
	for _, name := range []string{"x", "y"} {
		all.Go(func() {
			s.get(background, background, key{name: name}, func(context.Context) ([]byte, bool, error) {
				<-release
				return nil, false, nil
			})
		})
	}
	waitFor(t, func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.flights) == 2 })
	if err := get("z", 1); !errors.Is(err, errBusy) {
		t.Errorf("a third report while two wait: %v", err)
	}
	close(release)
	all.Wait()
}
