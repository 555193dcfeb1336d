package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/diagram"
)

// walksOf are the paths of both endpoints, each as its own tap saw it where
// there is one: there nothing can be lost in between.
func walksOf(seen [2][]*analyze.Connection) []diagram.Walk {
	var walks []diagram.Walk
	for _, side := range reconstruct.Sides {
		tap := side
		if seen[tap] == nil {
			tap = side.Peer()
		}
		for _, c := range seen[tap] {
			named := side
			if tap == reconstruct.Server && c.States.Open == state.OpenSimultaneous {
				named = side.Peer() // where both open, a tap takes the end beside it for the client
			}
			if steps := state.ViewRFC.Tell(c.States.Paths[named]); len(steps) > 0 {
				walks = append(walks, diagram.Walk{Side: side, Steps: steps})
			}
		}
	}
	return walks
}

// draw draws each cell, and all of them together.
func (r *reporter) draw(flags *labFlags) error {
	renderer, err := diagram.NewRenderer()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(flags.dir, 0o777); err != nil {
		return err
	}
	var all []diagram.Walk
	var files []string
	save := func(name, title string, walks []diagram.Walk) error {
		if len(walks) == 0 {
			return nil // a workload without TCP
		}
		path := filepath.Join(flags.dir, "states-"+fileName(name)+".svg")
		files = append(files, path)
		return r.p.saveFigure(path, nil, func(w io.Writer) error {
			return renderer.Render(diagram.New(title, walks...), diagram.FormatSVG, w)
		})
	}
	for _, name := range r.order {
		walks := r.walks[name]
		all = append(all, walks...)
		if err := save(name, fmt.Sprintf("%s: %d connections", strings.ReplaceAll(name, ",", ", "), r.cells[name].Connections), walks); err != nil {
			return err
		}
	}
	if len(r.order) > 1 {
		if err := save("all", "all runs of "+filepath.Base(filepath.Clean(r.dir)), all); err != nil {
			return err
		}
	}
	if !flags.quiet && !flags.json && len(files) > 0 {
		r.p.say("state diagrams: %s", strings.Join(files, " "))
	}
	return nil
}
