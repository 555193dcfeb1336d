package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/diagram"
)

// artist gathers the paths of captures and draws them.
type artist struct {
	p        *program
	flags    *diagramFlags
	format   diagram.Format
	inputs   []string
	renderer *diagram.Renderer
	names    folderNames
	slots    chan struct{}
	watch    stopwatch

	engine     diagram.Engine // nil for the RFC's layout
	stopEngine func() error

	walks []diagram.Walk // of all connections, in the order of files and numbers
	count int            // connections
	first figure         // the first of them
	from  string         // and its file
	known map[string][]state.Told
}

// figure is one connection as it will be drawn.
type figure struct {
	number int
	ends   string
	walks  []diagram.Walk
}

func (f *figure) title(path string) string {
	return fmt.Sprintf("%s, connection %d: %s", filepath.Base(path), f.number, f.ends)
}

// title says what one image shows.
func (a *artist) title() string {
	if a.count == 1 {
		return a.first.title(a.from)
	}
	if len(a.inputs) == 1 {
		return fmt.Sprintf("%s, %d connections", filepath.Base(a.inputs[0]), a.count)
	}
	return fmt.Sprintf("%d captures, %d connections", len(a.inputs), a.count)
}

// visit analyses the captures. Into a folder, it draws each capture's
// connections as soon as it is done with it.
func (a *artist) visit() ([]account, error) {
	accounts := make([]account, len(a.inputs))
	figures := make([][]figure, len(a.inputs))
	watch := a.p.newProgress(a.inputs, &a.flags.common)
	defer watch.end()
	err := ordered(len(a.inputs), int(a.flags.jobs),
		func(i int, _ *chunker) {
			accounts[i] = a.p.survey(a.inputs[i], a.flags.options(), watch, a.look(&figures[i]))
		},
		func(int, []byte) error { return nil },
		func(i int) error {
			list := figures[i]
			figures[i] = nil
			if a.flags.inFolder() {
				return a.drawEach(a.inputs[i], list)
			}
			a.gather(a.inputs[i], list)
			return nil
		})
	return accounts, err
}

// look is a pass that keeps what will be drawn of each connection.
func (a *artist) look(figures *[]figure) pass {
	return func(_ string, analysis *analyze.Analysis) (shown int, err error) {
		same := map[string][]state.Told{}
		for c := range analysis.Connections() {
			f := figure{number: c.Number, ends: c.Ends[0].String() + " > " + c.Ends[1].String()}
			for _, side := range reconstruct.Sides {
				steps := a.flags.view.Tell(c.States.Paths[side])
				if a.flags.endpoint.has(side) && len(steps) > 0 {
					f.walks = append(f.walks, diagram.Walk{Side: side, Steps: shared(same, steps)})
				}
			}
			*figures = append(*figures, f)
			shown++
		}
		return shown, nil
	}
}

// gather adds a capture's connections to the one image.
func (a *artist) gather(path string, list []figure) {
	if a.known == nil {
		a.known = map[string][]state.Told{}
	}
	if a.count == 0 && len(list) > 0 {
		a.first, a.from = list[0], path
	}
	a.count += len(list)
	for _, f := range list {
		for _, w := range f.walks {
			w.Steps = shared(a.known, w.Steps)
			a.walks = append(a.walks, w)
		}
	}
}

// shared returns a path that looks the same in a diagram, which shows no times
// and frames. Captures hold many connections and few ways to go, so that this
// keeps memory small.
func shared(known map[string][]state.Told, steps []state.Told) []state.Told {
	var key strings.Builder
	for _, s := range steps {
		fmt.Fprint(&key, s.From, s.To, s.Cause, s.Flags, s.Call, s.Certainty, "\n")
	}
	if same, ok := known[key.String()]; ok {
		return same
	}
	known[key.String()] = steps
	return steps
}

// graph is the diagram of walks, on the RFC's machine if that was asked for.
func (a *artist) graph(title string, walks []diagram.Walk) *diagram.Graph {
	if a.flags.reference {
		return diagram.Overlay(title, referenceEdges(a.flags.view.View), walks...)
	}
	return diagram.New(title, walks...)
}

// referenceEdges are the arrows of RFC 9293 figure 5 under the names of a view,
// and those that only the RFC's text has.
func referenceEdges(view state.View) []diagram.Edge {
	short := strings.NewReplacer("send ", "snd ", "receive ", "rcv ")
	var edges []diagram.Edge
	figured := map[[2]state.State]bool{}
	for _, inFigure := range []bool{true, false} {
		for _, rule := range state.Rules() {
			pair := [2]state.State{rule.From, rule.To}
			if rule.Figure != inFigure || !inFigure && figured[pair] {
				continue
			}
			figured[pair] = true
			edges = append(edges, diagram.Edge{
				From: view.Name(rule.From), To: view.Name(rule.To), Label: short.Replace(rule.Event.String()), Unfigured: !inFigure,
			})
		}
	}
	return edges
}
