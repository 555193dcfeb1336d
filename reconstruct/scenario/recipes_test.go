package scenario_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
)

var update = flag.Bool("update", false, "write the captures of testdata anew from their recipes")

// Every capture in the project's testdata is what its recipe makes, to the byte.
func TestCapturesAreWhatTheirRecipesMake(t *testing.T) {
	recipes, err := filepath.Glob("../../testdata/*.txt")
	if err != nil || len(recipes) == 0 {
		t.Fatalf("no recipes (%v)", err)
	}
	for _, recipe := range recipes {
		text, err := os.ReadFile(recipe)
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenario.Parse(recipe, string(text))
		if err != nil {
			t.Fatal(err)
		}
		want, err := s.Pcap()
		if err != nil {
			t.Fatalf("%s: %v", recipe, err)
		}
		name := strings.TrimSuffix(recipe, ".txt") + ".pcap"
		if *update {
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what its recipe makes; go test ./reconstruct/scenario -update writes it anew", name)
		}
	}
}
