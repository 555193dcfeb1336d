package workload_test

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/flowstate-tcp/flowstate/capture/workload"
)

func Example() {
	log := workload.NewLog(workload.WallClock{})
	local := netip.MustParseAddr("127.0.0.1")
	env := &workload.Env{Clock: workload.WallClock{}, Hosts: [2]workload.Host{
		{Name: "client", Addr: local, Stack: &workload.Kernel{Host: "client", Log: log}},
		{Name: "server", Addr: local, Stack: &workload.Kernel{Host: "server", Log: log}},
	}}
	report, err := workload.Benchmark{Bare: true, Total: 1 << 20}.Run(context.Background(), env)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Samples[0].Bytes, "bytes,", report.Samples[0].KBytes() > 0)
	for _, c := range log.Calls() {
		if c.Call == "connect" || c.Call == "close" {
			fmt.Println(c.Host, c.Call, c.Result)
		}
	}
	// Output:
	// 1048576 bytes, true
	// client connect ok
	// server close ok
	// client close ok
	// server close ok
}

func ExampleBenchmark_Check() {
	err := workload.Benchmark{Total: 1_000_000}.Check()
	fmt.Println(err)
	// Output:
	// the total of 1000000 bytes is no multiple of the buffer size of 131072 (hint: a total of 1048576)
}
