package bpf

import (
	"slices"

	xbpf "golang.org/x/net/bpf"
)

// program is written from its last instruction to its first. BPF jumps forward
// only, so the place where a jump leads is always there already, and no jump
// has to be filled in later.
type program struct{ backward []xbpf.Instruction }

// label is a place in a program: the number of instructions from there to the
// end.
type label int

// farthest is how far a conditional jump is let reach. Its offset is one byte;
// one instruction may still come between.
const farthest = 254

func (p *program) here() label { return label(len(p.backward)) }

// put writes one instruction in front of all others.
func (p *program) put(i xbpf.Instruction) label {
	p.backward = append(p.backward, i)
	return p.here()
}

// before writes an instruction after which the program goes on at next.
func (p *program) before(next label, i xbpf.Instruction) label {
	if next != p.here() {
		p.jump(next)
	}
	return p.put(i)
}

func (p *program) jump(to label) label {
	return p.put(xbpf.Jump{Skip: uint32(p.here() - to)})
}

// branch writes a conditional jump.
func (p *program) branch(test xbpf.JumpTest, value uint32, yes, no label) label {
	yes = p.near(yes)
	no = p.near(no)
	here := p.here()
	return p.put(xbpf.JumpIf{Cond: test, Val: value, SkipTrue: uint8(here - yes), SkipFalse: uint8(here - no)})
}

// near returns a place that a conditional jump reaches and that leads to l.
func (p *program) near(l label) label {
	if p.here()-l <= farthest {
		return l
	}
	return p.jump(l)
}

// from returns the program that starts at a place. What was written before
// that is not needed: nothing jumps backward.
func (p *program) from(start label) []xbpf.Instruction {
	forward := slices.Clone(p.backward[:start])
	slices.Reverse(forward)
	return forward
}
