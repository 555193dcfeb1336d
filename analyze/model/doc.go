// Package model runs two TCP endpoints against each other, in virtual time,
// over a path with a tap in it. It exists to test what flowstate infers: a run
// gives the capture that the tap recorded and, beside it, the truth of what
// each endpoint went through.
//
//	config := model.Random(rand.New(rand.NewPCG(1, 2)), 0.5)
//	run := model.Run(config, rand.New(rand.NewPCG(seed, 0)))
//	for _, segment := range run.Segments() { ... } // what a decoder would say
//	life := run.Life(reconstruct.Client, isn)      // what really happened
//	fmt.Println(life.States())
//
// An endpoint follows RFC 9293 section 3.10 event by event, with the timers of
// RFC 6298, the challenge ACKs of RFC 5961 and, where asked, Fast Open (RFC
// 7413). Where real stacks part from the RFC or from each other, a field of
// Flavour says so. In one thing it follows flowstate instead of the RFC: a
// CLOSE changes the state when the FIN leaves and not when it is queued, since
// only that can ever be seen.
//
// Each direction is endpoint, hop, tap, hop, endpoint. A hop delays, loses,
// reorders and duplicates, by the source of randomness it is given and by
// nothing else: equal arguments give equal runs.
//
// What these endpoints lack, RunBulk has: one transfer under congestion control,
// with SACK and loss recovery, over a bottleneck with a queue, and at each frame
// the window, the flight, the reason and the bound that its sender knew.
//
// Inputs are a Config and a *rand.Rand; nothing else is read. Run has no
// congestion control worth the name, no SACK, no urgent data and no security
// options: none of them moves a state.
package model
