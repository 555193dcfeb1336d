package main

import (
	"math/rand/v2"
	"testing"
)

// TestScripts holds every step to what the generator can remember, and the
// length to what was asked.
func TestScripts(t *testing.T) {
	for kind, want := range map[string]int{"few": 1408, "many": 16} {
		p, err := kindOf(kind, plan{})
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(200) {
			s := p.script(rand.New(rand.NewPCG(seed, 0)), p.packets)
			if len(s) != want {
				t.Fatalf("%s, seed %d: %d packets, want %d", kind, seed, len(s), want)
			}
			for i, step := range s {
				if step.echo > maxEcho || step.flags&ack != 0 && step.echo < 1 {
					t.Fatalf("%s, seed %d: step %d echoes %d steps ago", kind, seed, i, step.echo)
				}
			}
		}
	}
}
