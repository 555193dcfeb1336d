package tstat_test

import (
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/peer/tstat"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

func TestMoments(t *testing.T) {
	segments := scenariotest.Segments(t, `
0 > S 0:0(0)
+1 > S 0:0(0)
+.02 < S. 0:0(0) ack 1
+.02 > . 1:1(0) ack 1
+.01 > P. 1:101(100) ack 1
+.05 > P. 101:201(100) ack 1
+.02 < . 1:1(0) ack 201
`)
	table := reconstruct.NewTable(reconstruct.Options{})
	var tracker tstat.Tracker
	for i := range segments {
		tracker.Observe(table.Add(&segments[i]))
	}
	c, began := tracker.Side(reconstruct.Client), segments[0].Time
	times := [3]time.Duration{c.FirstACK.Sub(began), c.FirstData.Sub(began), c.LastData.Sub(began)}
	if want := [3]time.Duration{1040 * time.Millisecond, 1050 * time.Millisecond, 1100 * time.Millisecond}; times != want || c.SYNsAgain != 1 {
		t.Errorf("first acknowledgement, first and last data %v, want %v; %d SYNs again", times, want, c.SYNsAgain)
	}
	if server := tracker.Side(reconstruct.Server); server.HasData || !server.HasACK || server.TTLMin == 0 || server.TTLMin != server.TTLMax {
		t.Errorf("server %+v", server)
	}
}
