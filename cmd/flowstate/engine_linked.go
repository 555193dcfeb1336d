//go:build graphviz

package main

import (
	"context"

	"github.com/flowstate-tcp/flowstate/render/diagram"
	"github.com/flowstate-tcp/flowstate/render/diagram/dotlayout"
)

// newEngine is Graphviz inside this program.
func newEngine() (engine diagram.Engine, stop func() error, err error) {
	linked, err := dotlayout.New(context.Background())
	if err != nil {
		return nil, nil, err
	}
	return linked, func() error { linked.Close(); return nil }, nil
}
