package phrase

import (
	"fmt"
	"testing"
)

func ExampleCounted() {
	fmt.Println(Counted(1, "segment"))
	fmt.Println(Counted(2, "segment"))
	// Output:
	// 1 segment
	// 2 segments
}

func TestCounted(t *testing.T) {
	for n, want := range map[int64]string{0: "0 gaps", 1: "1 gap", -1: "-1 gaps", 1 << 40: "1099511627776 gaps"} {
		if got := Counted(n, "gap"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
