package scenario_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
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
		made, err := s.Pcap()
		if err != nil {
			t.Fatalf("%s: %v", recipe, err)
		}
		testneed.Golden(t, strings.TrimSuffix(recipe, ".txt")+".pcap", made, *update)
	}
}
