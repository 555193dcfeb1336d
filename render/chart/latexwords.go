package chart

import (
	"strings"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// latexDashes are the ways in which lines are broken, as TikZ has them.
var latexDashes = [...]string{
	scene.Solid: "solid", scene.Dashed: "dashed", scene.Dotted: "densely dotted",
	scene.DashDot: "dash dot", scene.LongDash: "dash pattern=on 7pt off 3pt",
	scene.DashDotDot: "dash dot dot", scene.ShortDash: "densely dashed", scene.Sparse: "loosely dotted",
}

// latexMarkers are the markers, as pgfplots has them.
var latexMarkers = [...]string{
	NoMarker: "none", Dot: "*", Disc: "*", Ring: "o", Square: "square*", Box: "square", Up: "triangle*",
	Down: "triangle*, mark options={rotate=180}", Diamond: "diamond*", Cross: "x", Plus: "+",
}

// latexPatterns are the hatches, as TikZ has them.
var latexPatterns = [...]string{Plain: "", Rising: "north east lines", Falling: "north west lines", Crossed: "crosshatch", Upright: "vertical lines"}

func latexFill(f Fill) string {
	if f.Hatch == Plain {
		return "fill=" + colour(f.Ink)
	}
	return "fill=" + colour(f.Ink) + ", postaction={pattern=" + latexPatterns[f.Hatch] + ", pattern color=gray}"
}

var latexEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `%`, `\%`, `#`, `\#`, `&`, `\&`, `_`, `\_`, `$`, `\$`,
	`~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`, `<`, `\textless{}`, `>`, `\textgreater{}`, `"`, `\textquotedbl{}`,
	`…`, `\ldots{}`, `µ`, `\textmu{}`, `°`, `\textdegree{}`, `–`, `--`, `×`, `$\times$`, `→`, `$\rightarrow$`,
)

// EscapeLaTeX makes text safe to be set by LaTeX.
func EscapeLaTeX(s string) string {
	return latexEscapes.Replace(scene.Clean(s))
}

// EscapeLabel keeps of a label what LaTeX takes in one.
func EscapeLabel(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-.:+", r)) {
			return r
		}
		return '-'
	}, s)
}
