package analyze

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// maxICMPErrors bounds the endpoints of which ICMP errors are told one by one.
// Past it they are told by their reason alone.
const maxICMPErrors = 64

// problems gathers what belongs to no connection: what the decoder could not
// use, and ICMP errors about what is not in the capture. That is one finding
// for each code and text, at its first frame, with a count.
type problems struct {
	seen map[problem]*occurrences
	icmp int // findings of ICMP errors in seen
}

type problem struct {
	code finding.Code
	text string
}

type occurrences struct {
	first finding.Finding
	count int
}

func (p *problems) add(found []finding.Finding) {
	for _, f := range found {
		key := problem{f.Code, f.Text}
		if o := p.seen[key]; o != nil {
			o.count++
			continue
		}
		if p.seen == nil {
			p.seen = map[problem]*occurrences{}
		}
		p.seen[key] = &occurrences{first: f, count: 1}
	}
}

func (p *problems) addICMP(e *decode.ICMPError) {
	what := map[uint8]string{6: "a TCP segment", 17: "a UDP datagram"}[e.Protocol]
	told := finding.New(finding.ICMPError, e.Frame, "%s reports %s about %s from %s to %s", e.Reporter, e.Reason(), what, e.Src, e.Dst)
	if p.icmp >= maxICMPErrors && p.seen[problem{told.Code, told.Text}] == nil {
		told = finding.New(finding.ICMPError, e.Frame, "%s about %s of further endpoints", e.Reason(), what)
	}
	before := len(p.seen)
	p.add([]finding.Finding{told})
	p.icmp += len(p.seen) - before
}

// findings returns what was gathered, by frame.
func (p *problems) findings() []finding.Finding {
	var all []finding.Finding
	for _, o := range p.seen {
		f := o.first
		if o.count > 1 {
			f.Text = fmt.Sprintf("%s (%d packets, the first is frame %d)", f.Text, o.count, f.Frame)
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b finding.Finding) int {
		return cmp.Or(cmp.Compare(a.Frame, b.Frame), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Text, b.Text))
	})
	return all
}

// Findings returns what the analysis has to tell of the capture as a whole:
// packets that could not be decoded, ICMP errors about what it does not hold as
// a connection. Those of a connection are with it.
func (a *Analysis) Findings() []finding.Finding { return a.problems.findings() }

// readOut is told that the source was read to its end: what it tells of itself
// is complete.
func (a *Analysis) readOut() {
	a.damage = damageOf(a.reader.src)
	if teller, ok := a.reader.src.(interface{ Interfaces() []capture.Interface }); ok {
		for _, on := range teller.Interfaces() {
			if on.Dropped != nil && *on.Dropped > 0 {
				a.lost.Extend(on.Lost)
			}
		}
	}
}

// damageOf returns what a source tells of its own damage, if it does: the
// findings that are errors, since part of the capture could not be used.
func damageOf(src Source) (damage []finding.Finding) {
	teller, ok := src.(interface{ Findings() []finding.Finding })
	if !ok {
		return nil
	}
	for _, f := range teller.Findings() {
		if f.Severity() == finding.Error {
			damage = append(damage, f)
		}
	}
	return damage
}

// touching returns the damage of the capture that a connection may have lost
// packets to: whatever came after its first packet, while it was still open.
func (a *Analysis) touching(c *reconstruct.Connection) (damage []finding.Finding) {
	if closed(c) {
		return nil
	}
	for _, f := range a.damage {
		if f.Frame >= c.First {
			damage = append(damage, f)
		}
	}
	return damage
}

func closed(c *reconstruct.Connection) bool {
	return c.Half[reconstruct.Client].FINAcked() && c.Half[reconstruct.Server].FINAcked()
}

// losses tells that the recorder lost packets while a connection was open,
// which may be its own: a finding of the capture, and a doubt of each such
// connection. One that was told before the file said so is not doubted.
func (a *Analysis) losses(c *reconstruct.Connection) []finding.Finding {
	if a.lost.Before <= c.First || a.lost.After >= c.Last && closed(c) {
		return nil
	}
	return []finding.Finding{finding.New(finding.PacketsDroppedByCapture, 0, "")}
}
