// Package phrase puts numbers into words, the same ones in every output.
//
//	phrase.Counted(1, "segment") // "1 segment"
//	phrase.Counted(2, "segment") // "2 segments"
package phrase

import "strconv"

// Counted tells how many of something there are. The noun is one whose plural
// ends in s.
func Counted[N int | int64](n N, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.FormatInt(int64(n), 10) + " " + noun
}
