package main

import (
	"path/filepath"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// imageFlag is a format of images: of diagrams or of other figures.
type imageFlag[F imageFormat] struct {
	Format  F
	parse   func(string) (F, error)
	endings string // that there are, for hints
	given   bool
}

// imageFormat is what formats of images have in common.
type imageFormat interface {
	comparable
	String() string
}

func (f *imageFlag[F]) Type() string   { return "FORMAT" }
func (f *imageFlag[F]) String() string { return f.Format.String() }

func (f *imageFlag[F]) Set(s string) (err error) {
	f.Format, err = f.parse(s)
	f.given = true
	return err
}

// of tells the format of an output by the ending of its name, which the flag may
// not contradict; again is the command to try instead, without -o.
func (f *imageFlag[F]) of(output, again string) (format F, err error) {
	ending := filepath.Ext(output)
	format, err = f.parse(ending)
	switch {
	case err != nil && f.given:
		return f.Format, nil // a name without an ending that says something
	case err != nil:
		return format, usage(again+" -o "+quote(strings.TrimSuffix(output, ending)+".svg"), "-o %s: the ending must be %s", output, f.endings)
	case f.given && f.Format != format:
		return format, f.contradiction(output, again)
	}
	return format, nil
}

func (f *imageFlag[F]) contradiction(output, again string) error {
	return usage(again+" -o "+quote(output), "--image %s contradicts -o %s", f.Format, output)
}

// sceneImage is the flag of figures that are not diagrams of states.
func sceneImage(endings string) imageFlag[scene.Format] {
	return imageFlag[scene.Format]{parse: scene.ParseFormat, endings: endings}
}
