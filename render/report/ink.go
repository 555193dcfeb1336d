package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// darkInks are the colours of figures on a dark ground, by those on a white one.
// Grounds become dark, and what is drawn on them light, with the same hues; an
// ink that is both, as some greys are, lies between. A test finds every ink of
// every figure here.
var darkInks = [...]inkPair{
	{scene.White, 0x1b1e22},
	{scene.Paper, 0x24282d},
	{scene.Black, 0xe4e4e0},
	{scene.Blue, 0x63b3e8},
	{scene.Orange, 0xf2945b},
	{scene.Grey, 0x8b9098},
	{chart.Green, 0x4fc39a},
	{chart.Purple, 0xd98ab8},
	{chart.Sky, 0x7cc4ee},
	{chart.Amber, 0xe8b23f},
	{chart.Grey, 0x9a9fa6},
	{chart.Pale, 0x2b3137}, // also TIME-WAIT, and slow start
	{0x7a7a7a, 0x9a9fa6},
	{0x5f5f5f, 0xb0b4ba}, // small print
	{0x707070, 0x8a9098}, // hatches
	{0xdadada, 0x363b42}, // grids
	{0xf0f0f0, 0x262b31}, // slow start
	{0xe8e8e8, 0x30363d}, // the phases of a connection, in charts
	{0xcfe3f1, 0x1d3d54},
	{0xf6e3c5, 0x4b3a1e},
	{0xe5ddec, 0x3b3147},
	{0xdedede, 0x3a4047}, // and in ladders
	{0x8fb8d6, 0x245778},
	{0xcfcfcf, 0x444b53},
	{0xb5b5b5, 0x555d66},
	{0xececec, 0x2c3238},
	{0xcde5d8, 0x20443a}, // limits
	{0x9ec5e3, 0x23577c},
	{0xe0e0e0, 0x343a41},
}

// inkPair is a colour on a white ground, and its counterpart on a dark one.
type inkPair struct{ light, dark scene.Ink }

// darkOf is the counterpart of an ink of the table.
func darkOf(ink scene.Ink) scene.Ink {
	at := slices.IndexFunc(darkInks[:], func(p inkPair) bool { return p.light == ink })
	return darkInks[at].dark
}

// allInks are those of the table, and the tints of series, which are mixed with
// the ground.
func allInks() []inkPair {
	all := slices.Clone(darkInks[:])
	for _, ink := range chart.Inks() {
		for _, share := range chart.Tints() {
			tint := inkPair{ink.Tint(share), darkOf(ink).Mix(darkOf(scene.White), share)}
			if !slices.ContainsFunc(all, func(p inkPair) bool { return p.light == tint.light }) {
				all = append(all, tint)
			}
		}
	}
	return all
}

// inkRules are the rules of CSS that give figures their colours: the attributes
// of an SVG are what a light page shows, and variables with the prefix --i
// replace them on a dark one.
func inkRules() string {
	var b, dark strings.Builder
	for _, i := range allInks() {
		name := fmt.Sprintf("%06x", uint32(i.light))
		for _, what := range [...]string{"fill", "stroke"} {
			fmt.Fprintf(&b, "svg [%s=\"#%s\"]{%s:var(--i%s,#%s)}\n", what, name, what, name, name)
		}
		fmt.Fprintf(&dark, "--i%s:%s;", name, i.dark)
	}
	fmt.Fprintf(&b, "@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){%s}}\n", &dark)
	fmt.Fprintf(&b, "@media screen{:root[data-theme=dark]{%s}}\n", &dark)
	return b.String()
}
