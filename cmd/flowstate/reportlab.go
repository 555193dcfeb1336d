package main

import (
	"os"
	"path/filepath"

	judge "github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/render/diagram"
	labfigures "github.com/flowstate-tcp/flowstate/render/lab/figures"
	"github.com/flowstate-tcp/flowstate/render/report"
)

// labFolder tells whether a path is the folder of a lab, or its manifest.
func labFolder(path string) (dir string, ok bool) {
	const manifest = "manifest.json"
	if filepath.Base(path) == manifest {
		path = filepath.Dir(path)
	}
	_, err := os.Stat(filepath.Join(path, manifest))
	return path, err == nil
}

// openLab reads a lab's folder and gives the report what its sweep shows. It
// returns the paths of the lab's captures.
func (p *program) openLab(r *report.Report, dir string) ([]string, error) {
	m, err := lab.Open(dir)
	if err != nil {
		return nil, err
	}
	l := &reporter{p: p, dir: dir, manifest: m, cells: map[string]*judge.Cell{}, walks: map[string][]diagram.Walk{}}
	if err := l.read(); err != nil {
		return nil, err
	}
	var flags labFlags
	l.finish(&flags)
	sweep, err := l.sweep(&flags)
	if err != nil {
		return nil, err
	}
	all, missing := labfigures.All(sweep)
	r.Lab = &report.Lab{Sweep: sweep, Figures: all, Missing: missing}
	var paths []string
	for _, run := range m.Runs {
		for _, tap := range run.Taps {
			paths = append(paths, l.path(tap.File))
		}
	}
	return paths, nil
}
