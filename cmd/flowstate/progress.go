package main

import (
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// progress is the bar on standard error while captures are read. A nil
// progress shows nothing.
type progress struct {
	container *mpb.Progress
	bar       *mpb.Bar
}

// newProgress starts a bar for the bytes of the files. There is none where
// nobody watches, and none where the results go to the same terminal: they
// would be torn apart.
func (p *program) newProgress(paths []string, flags *common) *progress {
	if flags.quiet || !isTerminal(p.stderr) || flags.output == "" && isTerminal(p.stdout) {
		return nil
	}
	var total int64
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			total += info.Size()
		}
	}
	container := mpb.New(mpb.WithOutput(p.stderr), mpb.WithWidth(60))
	bar := container.AddBar(total,
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.CountersKibiByte("% .1f / % .1f")),
		mpb.AppendDecorators(decor.Percentage()))
	return &progress{container, bar}
}

// follow returns the capture as a source whose reading moves the bar.
func (g *progress) follow(r *pcapfile.Reader) analyze.Source {
	if g == nil {
		return r
	}
	return &counted{Reader: r, report: g.bar.IncrInt64}
}

// end takes the bar away, also when not all was read.
func (g *progress) end() {
	if g == nil {
		return
	}
	g.bar.Abort(true)
	g.container.Wait()
}
