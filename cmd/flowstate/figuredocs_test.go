package main

import (
	"fmt"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/chart/kind"
	labfigures "github.com/flowstate-tcp/flowstate/render/lab/figures"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// writeFigureColumns tells what is in the CSV beside each figure.
func writeFigureColumns(b *strings.Builder) {
	b.WriteString(`
## plot

The CSV beside a chart, and beside the figures of flowstate lab report: one row
for each point, also for those that a page does not resolve.

| field | meaning |
|---|---|
`)
	for _, c := range chart.CSVColumns() {
		fmt.Fprintf(b, "| `%s` | %s |\n", c.Name, c.Meaning)
	}
	b.WriteString(`
What the points are, by kind of chart, in the fields of segments, states and
summary. Where several connections are compared, the series have their names.

| kind | series | meaning |
|---|---|---|
`)
	for _, k := range kind.Kinds() {
		for _, p := range k.Points {
			fmt.Fprintf(b, "| %s | %s | %s |\n", k.Name, p.Series, p.Meaning)
		}
	}
	b.WriteString(`
## ladder

The CSV beside a ladder: one row for each segment or fold that is drawn.

| field | unit | meaning |
|---|---|---|
`)
	for _, c := range ladder.CSVColumns() {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", c.Name, c.Unit, c.Meaning)
	}
	b.WriteString(`
## figures of a sweep

The columns are those of plot. y is a median, low and high its quartiles or its
bootstrap interval, x the set one-way delay, unless said otherwise.

| file | meaning |
|---|---|
`)
	for _, c := range labfigures.CSVFiles() {
		fmt.Fprintf(b, "| %s.csv | %s |\n", c.Name, c.Meaning)
	}
}
