//go:build !graphviz

package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoGraphviz expects a hint where the layout needs a program that is not
// there.
func TestNoGraphviz(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcap")
	writeCapture(t, path, 0)
	t.Setenv("PATH", t.TempDir())
	var out, words bytes.Buffer
	if got := run([]string{"diagram", path, "--layout", "dot"}, strings.NewReader(""), &out, &words); got != exitFailed {
		t.Errorf("exit status %d", got)
	}
	if out.Len() > 0 || !strings.Contains(words.String(), "apt-get install graphviz") {
		t.Errorf("said %q", &words)
	}
}
