package main

import (
	"fmt"
	"io"

	"github.com/flowstate-tcp/flowstate/render/diagram"
)

// layoutFlag says who places the states of a diagram.
type layoutFlag uint8

const (
	layoutRFC layoutFlag = iota // where RFC 9293 figure 5 has them
	layoutDot                   // where Graphviz puts them
)

var layoutNames = [...]string{"rfc", "dot"}

func (f *layoutFlag) Type() string   { return "LAYOUT" }
func (f *layoutFlag) String() string { return layoutNames[*f] }

func (f *layoutFlag) Set(s string) error {
	for i, name := range layoutNames {
		if s == name {
			*f = layoutFlag(i)
			return nil
		}
	}
	return fmt.Errorf("unknown layout %q: use rfc or dot", s)
}

// startLayout starts what the layout needs: nothing for the RFC's.
func (a *artist) startLayout() (err error) {
	if a.flags.layout == layoutDot {
		a.engine, a.stopEngine, err = newEngine()
	}
	return err
}

// endLayout ends what startLayout started.
func (a *artist) endLayout() error {
	if a.stopEngine == nil {
		return nil
	}
	return a.stopEngine()
}

// render draws a graph in the layout that was asked for.
func (a *artist) render(g *diagram.Graph, w io.Writer) error {
	if a.engine != nil {
		return a.renderer.RenderFree(a.engine, g, a.format, w)
	}
	return a.renderer.Render(g, a.format, w)
}
