package task

import (
	"cmp"
	"fmt"
	"slices"
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

// byNumber puts transfers into the order of their connections.
func byNumber(list []*transfer) []*transfer {
	slices.SortFunc(list, func(a, b *transfer) int { return cmp.Compare(a.Number, b.Number) })
	return list
}
