//go:build !graphviz

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/diagram"
)

// newEngine is Graphviz as it is installed on the machine. Linking it instead
// (package render/diagram/dotlayout) would cost every start of flowstate 30 ms,
// and 0.6 s where its cache cannot be written; who wants one program without a
// need for another builds with the tag graphviz.
func newEngine() (engine diagram.Engine, stop func() error, err error) {
	path, err := exec.LookPath("dot")
	if err != nil {
		return nil, nil, errors.New("--layout dot needs Graphviz's program dot (hint: apt-get install graphviz, or --layout rfc)")
	}
	return dotProgram{path}, func() error { return nil }, nil
}

type dotProgram struct{ path string }

// Layout runs dot once.
func (d dotProgram) Layout(dot []byte) ([]byte, error) {
	cmd := exec.Command(d.path, "-Tjson0")
	cmd.Stdin = bytes.NewReader(dot)
	var words bytes.Buffer
	cmd.Stderr = &words
	json, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", d.path, err, strings.TrimSpace(words.String()))
	}
	return json, nil
}
