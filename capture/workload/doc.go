// Package workload makes the traffic of the labs: the IPC benchmark of the
// Cambridge L41 labs, the situations of the other labs (a table of them), and
// whatever two programs of the user's own do.
//
// In goes an Env: two hosts, each with a Stack that makes its sockets. Kernel
// is the stack of the machine, inside the network namespace of its host;
// Foreign puts a user-space TCP with the API of package net in its place. A
// Clock says the time and sleeps, so that a run can be had in virtual time.
//
// Out comes what both ends know and no packet tells: a Log of the socket calls
// with their times and results, the samples of a Sampler (TCP_INFO at an
// interval) on the clock of the capture, and for the benchmark a Report under
// the keys of the original.
//
// All sockets live in the context that opened them: when it is cancelled their
// calls fail at once, children are killed and waited for, and Run returns. No
// workload can hang: each has a time limit.
//
// It sets up no link, records no packet and reads no capture. It never puts a
// sleep between two calls to force an order of packets: how the connections
// open and close is up to the link and to the gap between the calls, which the
// log tells. A workload that did not get the situation it is named for returns
// an error. Options that a stack does not have are refused, not ignored.
//
//	log := workload.NewLog(workload.WallClock{})
//	local := netip.MustParseAddr("127.0.0.1")
//	env := &workload.Env{Clock: workload.WallClock{}, Random: rand.Reader, Hosts: [2]workload.Host{
//		{Name: "client", Addr: local, Stack: &workload.Kernel{Host: "client", Log: log}},
//		{Name: "server", Addr: local, Stack: &workload.Kernel{Host: "server", Log: log}},
//	}}
//	report, err := workload.Benchmark{Bare: true}.Run(ctx, env)
//	...
//	fmt.Println(report.Samples[0].KBytes(), "KBytes/s")
//	for _, c := range log.Calls() {
//		fmt.Println(c.Host, c.Call, c.End.Sub(c.Begin), c.Result)
//	}
package workload
