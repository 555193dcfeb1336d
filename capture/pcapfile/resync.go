package pcapfile

import "github.com/flowstate-tcp/flowstate/capture/finding"

// verdict answers whether a record starts at a place.
type verdict uint8

const (
	no verdict = iota
	yes
	cannotTell // more bytes are needed
)

// scanSpan bytes are held while looking for the next good record.
const scanSpan = 2 << 20

// resync skips the record at hand, which is malformed in the way that why
// says, and goes to the next place where test answers yes. It reports false
// at the end of the file. The work is linear in the bytes skipped: test may
// answer cannotTell only within half a scanSpan of the end of its argument.
func (s *source) resync(why string, test func(b []byte, atEnd bool) verdict) bool {
	from := s.offset()
	found := s.scan(test)
	to := s.offset()
	if found {
		s.damage(finding.BadBlock, from, "%s at byte %d; %d bytes were skipped and reading went on at byte %d", why, from, to-from, to)
	} else {
		s.damage(finding.BadBlock, from, "%s at byte %d; nothing usable in the %d bytes after it", why, from, to-from)
	}
	return found
}

func (s *source) scan(test func(b []byte, atEnd bool) verdict) bool {
	s.skip(len(s.peek(1)))
	for {
		b := s.peek(scanSpan)
		if len(b) == 0 {
			return false
		}
		i, found := firstIn(b, len(b) < scanSpan, test)
		s.skip(i)
		if found {
			return true
		}
	}
}

// firstIn returns the first place in b where test does not answer no, which is
// never 0 unless found, so that a scan always moves on.
func firstIn(b []byte, atEnd bool, test func(b []byte, atEnd bool) verdict) (at int, found bool) {
	for i := range b {
		switch test(b[i:], atEnd) {
		case yes:
			return i, true
		case cannotTell:
			return max(i, 1), false
		}
	}
	return len(b), false
}
