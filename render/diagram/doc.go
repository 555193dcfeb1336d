// Package diagram draws the states that TCP endpoints went through.
//
// It takes paths as package analyze/state infers them, under the names of the
// RFC or of a system, and writes figures as SVG, PNG, PDF or DOT:
//
//   - one connection, or one endpoint of it, with edges labelled client and
//     server and with what triggered them (New);
//   - many connections merged, with counts (New, with more walks);
//   - either of them on a reference machine, with what was not taken and what
//     the reference does not have (Overlay);
//   - a reference machine alone (Reference).
//
// States stand where RFC 9293 figure 5 has them, CLOSED twice, and edges run at
// right angles as they do there; rows and columns that are not used are left
// out, and those that are used grow until each label has a place where it
// touches nothing. Package diagram/dotlayout offers Graphviz's own layout
// instead.
//
// A figure is to be read in black and white: the client's arrows have full
// heads, the server's hollow ones; a whole line is shown by the capture, a
// dashed one assumed, a dotted one not observable. Colour only repeats this.
//
// The package computes nothing about connections, reads no file, and never
// writes the time: the same graph gives the same bytes. Text from outside is
// escaped, and its control characters are left out.
//
//	r, err := diagram.NewRenderer()
//	...
//	g := diagram.New("10.0.0.1:40000 → 10.0.0.2:80",
//		diagram.Walk{Side: reconstruct.Client, Steps: state.ViewRFC.Tell(client)},
//		diagram.Walk{Side: reconstruct.Server, Steps: state.ViewRFC.Tell(server)})
//	err = r.Render(g, diagram.FormatSVG, w)
package diagram
