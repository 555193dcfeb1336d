package task

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

func times(n int64) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func percent(part, whole time.Duration) string {
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// byNumber puts transfers into the order of their connections.
func byNumber(list []*transfer) []*transfer {
	slices.SortFunc(list, func(a, b *transfer) int { return cmp.Compare(a.Number, b.Number) })
	return list
}
