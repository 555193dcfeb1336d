package diagram

import (
	"slices"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Walk is what one endpoint went through, under the names of one system: the
// steps come from state.View.Tell.
type Walk struct {
	Side  reconstruct.Side
	Steps []state.Told
}

// Edge is an arrow of a reference machine. Label is what the reference prints
// beside it, with "\n" between its lines. Unfigured edges are those that the
// reference has in its text and leaves out of its figure, as RFC 9293 does with
// resets: an overlay draws them only where they are taken.
type Edge struct {
	From, To, Label string
	Unfigured       bool
}

// Graph is a figure before it has a shape: which states, which arrows, and
// what is written on them. Title may be changed at will; the rest is made by
// New, Reference and Overlay.
type Graph struct {
	Title string

	nodes    []node
	links    []link
	walks    [2]int // walks given for each side
	overlaid bool   // there is a reference to compare with
}

// node is a state as drawn. CLOSED is drawn twice, as in the RFC: the second
// time, with end set, as the place where connections go to.
type node struct {
	name  string
	cell  cell
	end   bool
	final [2]bool // a path of this side ends here
	used  bool    // by a walk; false where only the reference has it
}

// link is an arrow between two nodes, with a track for each side that took it.
type link struct {
	from, to  int // indices of nodes
	tracks    [2]track
	reference standing
	label     string // the reference's label
}

// standing is what a reference says of a link.
type standing uint8

const (
	unknown standing = iota
	inText           // it is in the text alone
	inFigure
)

// taken tells whether a side took the link.
func (l *link) taken() bool { return l.tracks[0].count+l.tracks[1].count > 0 }

// track is how one side took a link.
type track struct {
	count     int
	certainty state.Certainty // the best of its transitions: one proof is enough to show that the edge is taken
	triggers  []trigger
}

// trigger is what moved the endpoint, and how often it did.
type trigger struct {
	lines []string
	count int
}

// New draws walks: those of one connection, of one endpoint, or of many
// connections merged, in which case edges carry counts.
func New(title string, walks ...Walk) *Graph {
	b := newBuilder(title)
	b.walk(walks)
	return b.finish()
}

// Reference draws a machine on its own, every edge with its label.
func Reference(title string, edges []Edge) *Graph {
	b := newBuilder(title)
	b.refer(edges)
	return b.finish()
}

// Overlay draws walks on a reference machine: edges taken in bold, edges not
// taken thin and grey, edges that the reference lacks marked as such.
func Overlay(title string, reference []Edge, walks ...Walk) *Graph {
	b := newBuilder(title)
	b.refer(reference)
	b.walk(walks)
	b.g.overlaid = true
	b.g.links = slices.DeleteFunc(b.g.links, func(l link) bool { return l.reference == inText && !l.taken() })
	return b.finish()
}

// counted tells whether edges carry counts.
func (g *Graph) counted() bool { return max(g.walks[0], g.walks[1]) > 1 }

// both tells whether there are walks of both sides, so that labels must say
// whose they are.
func (g *Graph) both() bool { return g.walks[0] > 0 && g.walks[1] > 0 }

type nodeKey struct {
	name string
	end  bool
}

type builder struct {
	g     *Graph
	nodes map[nodeKey]int
	links map[[2]int]int
}

func newBuilder(title string) *builder {
	return &builder{g: &Graph{Title: title}, nodes: map[nodeKey]int{}, links: map[[2]int]int{}}
}

func (b *builder) refer(edges []Edge) {
	for _, e := range edges {
		l := b.link(e.From, e.To)
		l.reference = max(l.reference, inText)
		if !e.Unfigured {
			l.reference = inFigure
		}
		if l.label != "" && e.Label != "" {
			l.label += "\n"
		}
		l.label += e.Label
	}
}

func (b *builder) walk(walks []Walk) {
	for _, w := range walks {
		b.g.walks[w.Side]++
		for i, s := range w.Steps {
			l := b.link(s.From, s.To)
			l.tracks[w.Side].add(s.Transition)
			b.g.nodes[l.from].used, b.g.nodes[l.to].used = true, true
			if i == len(w.Steps)-1 {
				b.g.nodes[l.to].final[w.Side] = true
			}
		}
	}
}

func (b *builder) link(from, to string) *link {
	key := [2]int{b.node(nodeKey{from, false}), b.node(nodeKey{to, endsThere(from, to)})}
	i, ok := b.links[key]
	if !ok {
		i = len(b.g.links)
		b.links[key] = i
		b.g.links = append(b.g.links, link{from: key[0], to: key[1]})
	}
	return &b.g.links[i]
}

func (b *builder) node(key nodeKey) int {
	i, ok := b.nodes[key]
	if !ok {
		i = len(b.g.nodes)
		b.nodes[key] = i
		b.g.nodes = append(b.g.nodes, node{name: key.name, end: key.end, cell: cellOf(key.name, key.end)})
	}
	return i
}

// finish puts nodes and links into the order of the figure, so that the order
// of the walks leaves no trace in the output.
func (b *builder) finish() *Graph {
	g := b.g
	placeStrangers(g.nodes)
	order := make([]int, len(g.nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return compareNodes(&g.nodes[i], &g.nodes[j]) })
	rank := make([]int, len(order))
	sorted := make([]node, len(order))
	for to, from := range order {
		rank[from], sorted[to] = to, g.nodes[from]
	}
	g.nodes = sorted
	for i := range g.links {
		l := &g.links[i]
		l.from, l.to = rank[l.from], rank[l.to]
		l.tracks[0].sort()
		l.tracks[1].sort()
	}
	slices.SortFunc(g.links, func(a, b link) int {
		return slices.Compare([]int{a.from, a.to}, []int{b.from, b.to})
	})
	return g
}

func (t *track) add(tr state.Transition) {
	t.certainty = max(t.certainty, tr.Certainty)
	t.count++
	lines := words(tr)
	for i := range t.triggers {
		if slices.Equal(t.triggers[i].lines, lines) {
			t.triggers[i].count++
			return
		}
	}
	t.triggers = append(t.triggers, trigger{lines, 1})
}

// sort puts the most frequent trigger first.
func (t *track) sort() {
	slices.SortFunc(t.triggers, func(a, b trigger) int {
		if a.count != b.count {
			return b.count - a.count
		}
		return slices.Compare(a.lines, b.lines)
	})
}
