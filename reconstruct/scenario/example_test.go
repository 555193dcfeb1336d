package scenario_test

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
)

func ExampleParse() {
	s, err := scenario.Parse("refused.txt", `
0.000 > S 0:0(0) win 64240 <mss 1460>
+.040 < R. 0:0(0) ack 1 win 0
---
open: refused
client: CLOSED SYN-SENT CLOSED
server: none
`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range s.Segments() {
		fmt.Println(g.Frame, g.Src, g.Flags, g.Seq, g.Ack)
	}
	fmt.Print(s)
	fmt.Println(s.Expectations[0].Open, s.Expectations[0].Paths[0])
	// Output:
	// 1 10.0.0.1:40000 SYN 1000000000 0
	// 2 10.0.0.2:80 RST,ACK 2000000000 1000000001
	// 0.000 > S 0:0(0) win 64240 <mss 1460>
	// 0.040 < R. 0:0(0) ack 1 win 0
	// refused [CLOSED SYN-SENT CLOSED]
}
