// Package dotlayout lays out graphs with Graphviz's dot, compiled to
// WebAssembly and run in this process.
//
// It takes a graph in the DOT language and returns Graphviz's format "json0".
// It is a package of its own because of what importing go-graphviz costs: the
// module compiles its code when a program starts, whether it draws or not.
// That takes about 30 ms and 18 MB, and 0.6 s where its cache cannot be used;
// the cache is the folder go-graphviz below the system's temporary folder, and
// only TMPDIR moves it. So a program that imports this package should want it.
//
// It refuses nothing that Graphviz accepts, and it does not draw: package
// diagram does.
//
//	engine, err := dotlayout.New(ctx)
//	...
//	defer engine.Close()
//	err = renderer.RenderFree(engine, graph, diagram.FormatSVG, w)
package dotlayout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/goccy/go-graphviz"
)

// Engine is Graphviz. Goroutines may share it: they wait for each other, since
// the module has one instance of its memory for a whole process.
type Engine struct {
	mu  sync.Mutex
	ctx context.Context
	gv  *graphviz.Graphviz
}

// New starts Graphviz. One engine serves for any number of graphs; each New
// takes memory that Close does not give back in full.
func New(ctx context.Context) (*Engine, error) {
	gv, err := graphviz.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("starting Graphviz: %w", err)
	}
	gv.SetLayout(graphviz.DOT)
	return &Engine{ctx: ctx, gv: gv}, nil
}

// Layout places a graph in the DOT language.
func (e *Engine) Layout(dot []byte) (json []byte, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	graph, err := graphviz.ParseBytes(dot)
	if err != nil {
		return nil, fmt.Errorf("reading DOT: %w", err)
	}
	defer func() { err = errors.Join(err, graph.Close()) }()
	var out bytes.Buffer
	if err := e.gv.Render(e.ctx, graph, "json0", &out); err != nil {
		return nil, fmt.Errorf("running dot: %w", err)
	}
	return out.Bytes(), nil
}

// Close frees what Graphviz holds.
func (e *Engine) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	_ = e.gv.Close() // it repeats the latest error of any graph, which Layout has returned
}
