package main

import (
	"cmp"
	"io"
	"path/filepath"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// drawing is what can be drawn on a page, and told beside it.
type drawing interface {
	Draw(fonts *scene.Fonts, size chart.Size) *scene.Scene
	WriteCSV(w io.Writer) error
	WriteCaption(w io.Writer) error
	WriteLaTeX(w io.Writer, fonts *scene.Fonts, size chart.Size, label string) error
}

// figures writes figures and what goes beside them.
type figures struct {
	p       *program
	inputs  []string
	fonts   scene.Fonts
	format  scene.Format
	size    chart.Size
	noCSV   bool
	latex   bool
	caption bool
}

// save writes a figure; without a path, to standard output and alone. What goes
// beside it is written meanwhile.
func (w *figures) save(f drawing, path string) error {
	beside := make(chan error, 1)
	beside <- nil
	err := w.p.saveFigure(path, w.inputs, func(out io.Writer) error {
		if path != "" {
			<-beside
			go func() { beside <- w.saveBeside(f, path) }()
		}
		return f.Draw(&w.fonts, w.size).Write(out, w.format, &w.fonts)
	})
	return cmp.Or(err, <-beside)
}

// saveBeside writes what goes beside the figure at path.
func (w *figures) saveBeside(f drawing, path string) error {
	base := strings.TrimSuffix(path, filepath.Ext(path))
	beside := []struct {
		wanted bool
		ending string
		write  func(io.Writer) error
	}{
		{!w.noCSV, ".csv", f.WriteCSV},
		{w.latex, ".tex", func(out io.Writer) error { return f.WriteLaTeX(out, &w.fonts, w.size, filepath.Base(base)) }},
		{w.caption, ".txt", f.WriteCaption},
	}
	for _, b := range beside {
		if b.wanted {
			if err := w.p.saveFigure(base+b.ending, w.inputs, b.write); err != nil {
				return err
			}
		}
	}
	return nil
}
