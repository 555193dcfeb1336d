// Package lab runs a workload over a link of set delay, records both ends, and
// keeps everything that is needed to analyse it later.
//
// In: a Plan, which is Settings and the values that some of them are to go
// through. Out: a folder with a manifest and one folder for each run:
//
//	manifest.json           the plan, the back end, every run with its files
//	delay=20ms/01/          one run: its settings, and repetition 1
//	    client.pcapng       what a tap at the client saw; the settings are its comment
//	    server.pcapng       the same at the server
//	    calls.jsonl         the socket calls of both ends (workload.Call)
//	    samples.jsonl       TCP_INFO of both ends (workload.Sample)
//	    benchmark.json      under the keys of the original
//	    run.json            settings, back end, the link's measured error, files
//
// A run is made under a temporary name and renamed when it is complete, so what
// has a run.json is whole. A plan that was interrupted goes on where it was; what
// a killed one left is removed by the next. The folder is locked meanwhile.
//
// Nothing is measured here but the link itself, and no capture is read: what
// the runs show is found by package analyze/lab, from the folder alone.
//
// It refuses settings that the chosen link or TCP cannot keep, a folder that
// holds something else, and, on systems other than Linux, every link but the
// simulated one.
//
//	plan := lab.Plan{Base: lab.Settings{Link: "auto", Workload: lab.Benchmark}, Axes: []lab.Axis{lab.Delays(0, 20*time.Millisecond)}, Repeat: 3}
//	manifest, err := lab.Sweep(ctx, "out", plan, lab.Options{})
package lab
