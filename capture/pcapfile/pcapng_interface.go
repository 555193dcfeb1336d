package pcapfile

import (
	"fmt"
	"iter"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
)

const (
	interfaceHeaderLen  = 8  // of the body of an interface description block
	statisticsHeaderLen = 12 // of the body of an interface statistics block

	optionEnd     = 0
	optionComment = 1

	optionName        = 2 // of an interface description block, as those below
	optionDescription = 3
	optionResolution  = 9
	optionOffset      = 14

	optionReceived    = 4 // of an interface statistics block, as those below
	optionIfDropped   = 5
	optionOSDropped   = 7
	defaultResolution = 6
)

// options yields the options in b: code and value. A list that is cut or
// malformed just ends, for options only add to what the block itself says.
func (o order) options(b []byte) iter.Seq2[uint16, []byte] {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= 4 {
			code, length := o.u16(b), int(o.u16(b[2:]))
			if b = b[4:]; code == optionEnd || length > len(b) || !yield(code, b[:length]) {
				return
			}
			b = b[min((length+3)&^3, len(b)):]
		}
	}
}

// newInterface appends the interface that a description block tells of.
// Interfaces are numbered through the file; in it, each section starts anew.
func (d *pcapng) newInterface(body []byte) {
	if len(body) < interfaceHeaderLen {
		d.malformed("an interface description that is cut")
		return
	}
	if len(d.interfaces) == maxInterfaces {
		if !d.crowded {
			d.crowded = true
			d.malformed(fmt.Sprintf("an interface after %d others", maxInterfaces))
		}
		return
	}
	described := capture.Interface{LinkType: capture.LinkType(d.u16(body)), SnapLen: int(d.u32(body[4:]))}
	resolution, offset, description := byte(defaultResolution), int64(0), ""
	for code, value := range d.options(body[interfaceHeaderLen:]) {
		switch {
		case code == optionName:
			described.Name = text(value, maxNameLen)
		case code == optionDescription:
			description = text(value, maxNameLen)
		case code == optionResolution && len(value) == 1:
			resolution = value[0]
		case code == optionOffset && len(value) == 8:
			offset = int64(d.u64(value))
		case code == optionComment:
			d.addComment(0, value)
		}
	}
	if described.Name == "" {
		described.Name = description
	}
	d.interfaces = append(d.interfaces, described)
	d.clocks = append(d.clocks, newClock(resolution, offset))
	d.counted = append(d.counted, d.frame)
}

// statistics sets the counters of an interface. A later block replaces an
// earlier one, and the drops that packets told of.
func (d *pcapng) statistics(body []byte) {
	if len(body) < statisticsHeaderLen {
		d.malformed("interface statistics that are cut")
		return
	}
	number := d.u32(body)
	if uint64(number) >= uint64(len(d.interfaces)-d.section) {
		d.malformed(fmt.Sprintf("interface %d, which the section does not have,", number))
		return
	}
	index := d.section + int(number)
	on := &d.interfaces[index]
	var lost *uint64
	for code, value := range d.options(body[statisticsHeaderLen:]) {
		switch {
		case code == optionComment:
			d.addComment(0, value)
		case len(value) != 8: // all others are counters
		case code == optionReceived:
			n := d.u64(value)
			on.Received = &n
		case code == optionIfDropped || code == optionOSDropped:
			n := d.u64(value)
			if lost != nil {
				n += *lost
			}
			lost = &n
		}
	}
	if lost != nil {
		d.lost(on, *lost, d.counted[index])
		d.counted[index] = d.frame
	}
}

// comment keeps the comments among the options of a section.
func (d *pcapng) comment(frame capture.FrameNumber, options []byte) {
	for code, value := range d.options(options) {
		if code == optionComment {
			d.addComment(frame, value)
		}
	}
}

// addComment keeps a comment, unless the file has so many that they would
// fill the memory.
func (s *source) addComment(frame capture.FrameNumber, value []byte) {
	const overhead = 64
	if s.commentLen > maxCommentBytes {
		return
	}
	s.commentLen += len(value) + overhead
	if s.commentLen > maxCommentBytes {
		s.damage(finding.CommentsLeftOut, s.offset(), "more than %d MiB of comments; those from byte %d on were left out", maxCommentBytes>>20, s.offset())
		return
	}
	s.comments = append(s.comments, Comment{Frame: frame, Text: string(value)})
}

// text returns an option's string, at most limit bytes of it. Some writers
// count a closing zero as part of it.
func text(value []byte, limit int) string {
	value = value[:min(len(value), limit)]
	for len(value) > 0 && value[len(value)-1] == 0 {
		value = value[:len(value)-1]
	}
	return string(value)
}
