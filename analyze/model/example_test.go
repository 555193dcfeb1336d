package model_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/model"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

func ExampleRun() {
	config := model.Config{
		Hops: [2][2]model.Hop{
			{{}, {Delay: 20 * time.Millisecond}}, // the tap is at the client
			{{Delay: 20 * time.Millisecond}, {}},
		},
		Script: []model.Call{
			{Side: reconstruct.Server, Do: model.Listen},
			{At: time.Second, Side: reconstruct.Client, Do: model.Connect},
			{At: 2 * time.Second, Side: reconstruct.Client, Do: model.Close},
		},
		Length: time.Minute,
	}
	config.Hosts[0].OnEOF = -1
	run := model.Run(config, rand.New(rand.NewPCG(1, 0)))
	fmt.Print(run.Scenario("close.txt"))
	fmt.Println(run.Lives[reconstruct.Server][0].States())
	// Output:
	// @isn client 250000
	// @isn server 255000
	// 1.000 > S 0:0(0) win 65535 <mss 1460>
	// 1.040 < S. 0:0(0) ack 1 win 65535 <mss 1460>
	// 1.040 > . 1:1(0) ack 1 win 65535
	// 2.000 > F. 1:1(0) ack 1 win 65535
	// 2.040 < . 1:1(0) ack 2 win 65534
	// 2.040 < F. 1:1(0) ack 2 win 65534
	// 2.040 > . 2:2(0) ack 2 win 65534
	// [CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED]
}
