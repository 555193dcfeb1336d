// Package chart draws figures for print: panels one below the other on one X
// axis, each with lines, steps, markers, bars, spans or lanes.
//
// Input is a Figure with all its points. Outputs are a page (package scene: SVG,
// PNG, PDF), a CSV with every point, and a caption. What a figure shows of TCP
// is the business of package chart/kind.
//
//	f := &chart.Figure{
//		X: chart.Axis{Label: "One-way delay", Unit: chart.Seconds},
//		Panels: []chart.Panel{{
//			Y:      chart.Axis{Label: "Bandwidth", Unit: chart.BitsPerSecond, Zero: true},
//			Series: []chart.Series{{Name: "auto", Shape: chart.Quartiles, Look: chart.NthLook(0), Points: points}},
//		}},
//	}
//	page := f.Draw(&fonts, chart.OneColumn)
//
// Values are in units without prefix; axes choose prefixes and ticks at 1, 2 and
// 5. The legend and the title of a Y axis stand above the data, never on it;
// letters beside markers stand only where nothing is drawn. Series differ by
// dash, marker or letter, so that a figure can be read in black and white;
// colours are those of Okabe and Ito, which colour-blind readers tell apart.
//
// A page holds no more points than print resolves: of a line, M4 (Jugel and
// others, VLDB 2014) keeps the first, lowest, highest and last point of each
// column 0.3 points wide, so that no extreme is lost; markers and bars that
// cover each other are drawn once. A line that turns within the width of its pen
// is drawn as its median on a band from its lowest to its highest value, and
// markers without a gap between them as squares, darker where they are more; the
// legend says so.
//
// The package computes nothing about its points, clips what lies outside the
// axes, and writes no clock: the same figure gives the same bytes.
package chart
