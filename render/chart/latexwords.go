package chart

import (
	"fmt"
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
	`“`, "``", `”`, `''`, `’`, `'`, `²`, `$^2$`, `≥`, `$\geq$`, `≤`, `$\leq$`, `§`, `\S{}`, `±`, `$\pm$`, `−`, `$-$`, `·`, `$\cdot$`,
)

// EscapeLaTeX makes text safe to be set by LaTeX. Letters that its usual fonts
// lack are named by their numbers.
func EscapeLaTeX(s string) string {
	var b strings.Builder
	for _, r := range scene.Clean(s) {
		if r > 0x7e && !isLatin(r) && latexEscapes.Replace(string(r)) == string(r) {
			fmt.Fprintf(&b, "[U+%04X]", r)
			continue
		}
		b.WriteRune(r)
	}
	return latexEscapes.Replace(b.String())
}

// isLatin tells of a letter whether every encoding of LaTeX's fonts can set it.
func isLatin(r rune) bool {
	return r >= 0xc0 && r <= 0xff && !strings.ContainsRune("ÐðÞþ×÷", r)
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
