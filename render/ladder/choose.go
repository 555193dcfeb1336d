package ladder

import (
	"cmp"
	"slices"
)

// foldLines is what a fold costs, in rows: it takes more room, and many of them
// are hard to read.
const foldLines = 3

// choose folds the least of the items until there are no more than budget. Of
// rows of the same weight the first are kept.
func choose(items []Item, budget int) []Item {
	if len(items) <= budget {
		return items
	}
	kept, lines := make([]bool, len(items)), foldLines
	for _, i := range byWeight(items) {
		if kept[i] {
			continue
		}
		kept[i] = true
		if n := lines + added(kept, i); n <= max(budget, 1) {
			lines = n
		} else {
			kept[i] = false
		}
	}
	return folded(items, kept)
}

// byWeight lists the rows, those that matter most first.
func byWeight(items []Item) (order []int) {
	for i := range items {
		if items[i].Row != nil {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(items[b].Row.weight, items[a].Row.weight) })
	return order
}

// added tells how many lines more there are with the row at i, which parts a
// fold into what is before and after it.
func added(kept []bool, i int) int {
	n := 1 - foldLines
	if i > 0 && !kept[i-1] {
		n += foldLines
	}
	if i+1 < len(kept) && !kept[i+1] {
		n += foldLines
	}
	return n
}

// folded puts together what is not kept.
func folded(items []Item, kept []bool) (out []Item) {
	for i := 0; i < len(items); {
		end := i
		for end < len(items) && !kept[end] {
			end++
		}
		switch {
		case end == i:
			out = append(out, items[i])
			i++
			continue
		case end-i <= foldLines && !slices.ContainsFunc(items[i:end], func(i Item) bool { return i.Fold != nil }):
			out = append(out, items[i:end]...) // a fold would say less in as much room
		default:
			out = append(out, Item{Fold: foldOf(items[i:end])})
		}
		i = end
	}
	return out
}

func foldOf(items []Item) *Fold {
	f := &Fold{}
	for _, i := range items {
		if i.Row != nil {
			f.add(i.Row)
		} else {
			f.join(i.Fold)
		}
	}
	return f
}
