package quantile

import "slices"

// few is how many values are simply sorted.
const few = 64

// nth returns what would stand at index k if the values were sorted. Afterwards
// it does stand there, nothing greater before it and nothing less behind it: quickselect (Hoare, CACM 4, 1961), that gives
// up on an unlucky order.
func nth(values []int64, k int) int64 {
	for tries := 0; len(values) > few; tries++ {
		if tries > 64 {
			break
		}
		pivot := medianOfThree(values[0], values[len(values)/2], values[len(values)-1])
		low, high := split(values, pivot)
		switch {
		case k < low:
			values = values[:low]
		case k >= high:
			values, k = values[high:], k-high
		default:
			return pivot
		}
	}
	if !slices.IsSorted(values) {
		slices.Sort(values)
	}
	return values[k]
}

func medianOfThree(a, b, c int64) int64 { return max(min(a, b), min(max(a, b), c)) }

// split moves what is below the pivot to the front and what is above it to the
// back, and returns where its equals begin and end.
func split(values []int64, pivot int64) (low, high int) {
	high = len(values)
	for i := 0; i < high; {
		switch v := values[i]; {
		case v < pivot:
			values[i], values[low] = values[low], v
			low++
			i++
		case v > pivot:
			high--
			values[i], values[high] = values[high], v
		default:
			i++
		}
	}
	return low, high
}
