package lab

import (
	"fmt"
	"io"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
)

// sentences explain how the connections of each cell closed.
func sentences(w io.Writer, r *Report) error {
	fmt.Fprintln(w)
	for _, c := range r.Cells {
		for _, text := range Explain(&c) {
			fmt.Fprintf(w, "%s: %s\n", c.Name, text)
		}
		if c.Dropped > 0 {
			fmt.Fprintf(w, "%s: the recorder lost %d packets\n", c.Name, c.Dropped)
		}
	}
	for _, note := range r.Notes {
		fmt.Fprintln(w, note)
	}
	if r.Missing > 0 {
		_, err := fmt.Fprintf(w, "runs of the plan that are missing: %d\n", r.Missing)
		return err
	}
	return nil
}

// Explain says why the connections of a cell closed as they did: a sentence for
// each prediction that was made, the most frequent first.
func Explain(c *lab.Cell) []string {
	var all []string
	for _, count := range c.Predictions() {
		group := c.Predicted(count.Word)
		text := fmt.Sprintf("close() calls %s apart, a FIN under way for %s: %s", Duration(group.Gap.Median), Duration(group.OneWay.Median), reasons()[count.Word])
		if _, predicted, agreed := group.Closes(); agreed < predicted {
			text += fmt.Sprintf("\n    but %d of %d closed otherwise", predicted-agreed, predicted)
		}
		if group.Connections < c.Connections {
			text = fmt.Sprintf("%d of %d: %s", group.Connections, c.Connections, text)
		}
		all = append(all, text)
	}
	return all
}

// reasons are the ends of the sentences, by what was predicted.
func reasons() map[string]string {
	return map[string]string{
		lab.ClientFirst.String():  "it arrives before the server closes.\n    client FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT; server CLOSE-WAIT, LAST-ACK",
		lab.ServerFirst.String():  "it arrives before the client closes.\n    server FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT; client CLOSE-WAIT, LAST-ACK",
		lab.Simultaneous.String(): "each end closes before the other's arrives.\n    both FIN-WAIT-1, CLOSING, TIME-WAIT",
		lab.TooClose.String():     "it arrives while the second close() is at work.\n    times cannot tell which pattern follows; the capture does",
	}
}
