package ladder

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/loss"
)

// Column is a column of the CSV, with what it means.
type Column struct{ Name, Unit, Meaning string }

// CSVColumns returns the columns, in their order.
func CSVColumns() []Column { return csvColumns[:] }

var csvColumns = [...]Column{
	{"kind", "", "segment, or fold: several that are not drawn one by one"},
	{"frame", "", "frame number; of a fold the first"},
	{"to_frame", "", "of a fold the last"},
	{"segments", "", "how many"},
	{"t_s", "s", "since the connection's first packet; of a fold its begin"},
	{"to_t_s", "s", "of a fold its end"},
	{"from", "", "who sent it: client or server"},
	{"flags", "", "as in segments"},
	{"seq", "", "as in segments"},
	{"rel_seq", "", "as in segments"},
	{"len", "bytes", "payload; of a fold that of all its segments"},
	{"ack", "", "as in segments"},
	{"rel_ack", "", "as in segments"},
	{"win", "", "as in segments, not scaled"},
	{"marks", "", "as in segments"},
	{"cause", "", "as in segments"},
	{"of_frame", "", "as in segments"},
	{"sent_s", "s", "when it left its sender, as drawn"},
	{"received_s", "s", "when it arrived, as drawn"},
	{"fate", "", "lost or maybe-lost, where it did not arrive"},
}

var fateNames = [...]string{Arrived: "", MaybeLost: "maybe-lost", Lost: "lost"}

// WriteCSV writes what is shown, one a line: segments and folds.
func (l *Ladder) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	var header []string
	for _, c := range csvColumns {
		header = append(header, c.Name)
	}
	if err := out.Write(header); err != nil {
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
