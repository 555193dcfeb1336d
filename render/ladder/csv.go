package ladder

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/loss"
)

// csvHeader names the columns. Those that "flowstate segments" has are as
// there; to_frame, segments and bytes are of folds too.
var csvHeader = []string{
	"kind", "frame", "to_frame", "segments", "t_s", "to_t_s", "from", "flags", "seq", "rel_seq", "len", "ack", "rel_ack",
	"win", "marks", "cause", "of_frame", "sent_s", "received_s", "fate",
}

var fateNames = [...]string{Arrived: "", MaybeLost: "maybe-lost", Lost: "lost"}

// WriteCSV writes what is shown, one a line: segments and folds.
func (l *Ladder) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	for _, i := range l.Items {
		line := i.Fold.csv
		if i.Row != nil {
			line = i.Row.csv
		}
		if err := out.Write(line()); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (f *Fold) csv() []string {
	return []string{
		"fold", whole(f.First), whole(f.Last), whole(f.Segments()), seconds(f.From), seconds(f.To), "", "", "", "", whole(f.Bytes()),
		"", "", "", "", "", "", "", "", "",
	}
}

func (r *Row) csv() []string {
	frame := ""
	if r.Frame != 0 {
		frame = whole(r.Frame)
	}
	line := []string{"segment", frame, frame, "1", seconds(r.At), seconds(r.At), r.From.String(), "", "", "", "", "", "", ""}
	if r.Whole {
		copy(line[7:], []string{r.Flags.String(), whole(r.Seq), whole(r.RelSeq), whole(r.Len)})
		if r.Frame != 0 {
			line[13] = whole(r.RawWindow)
		}
	}
	if r.HasAck {
		line[11], line[12] = whole(r.Ack), whole(r.RelAck)
	}
	cause, of, sent, got := "", "", "", ""
	if r.Loss.Cause != loss.None {
		cause = r.Loss.Cause.String()
	}
	if r.Loss.OfFrame != 0 {
		of = whole(r.Loss.OfFrame)
	}
	if r.Sent != r.Got {
		sent, got = seconds(r.Sent), seconds(r.Got)
	}
	if r.Fate == Lost {
		got = ""
	}
	return append(line, strings.Join(r.Marks.Names(), " "), cause, of, sent, got, fateNames[r.Fate])
}

func whole[N ~int | ~int64 | ~uint32 | ~uint16](n N) string { return strconv.FormatInt(int64(n), 10) }

// seconds writes a time with up to nine places.
func seconds(d time.Duration) string {
	s := strconv.FormatFloat(d.Seconds(), 'f', 9, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
