// Package throughput tells how fast a connection carried its payload, and what
// it did with its time.
//
// Input is each reconstruct.Step in order. A Phases tracker divides the time of
// a connection; a Meter keeps the rates of a trailing window for both sides; a
// Series gives these rates at equal steps of time, as charts draw them:
//
//	m := throughput.NewMeter(time.Second)
//	m.Observe(step)
//	rates := m.Rates(step.From, step.Segment.Time)
//
// The phases follow one another without gap, so that they sum up to the
// duration. Handshake is from the first packet to the first acknowledgement
// that shows both SYNs to have arrived. Close is from the first FIN or reset,
// or from the last news of payload if that is later, to the last packet; news
// are payload that is sent for the first time and acknowledgements of it. In
// between, transfer is while any payload is on the way that the tap saw and
// not acknowledged yet, and idle the rest: the application has nothing to send,
// or waits.
//
// Throughput counts the payload of all segments when they pass the tap, those
// sent again included (RFC 2544 and tcptrace -T count so); goodput counts each
// octet of the stream once, when it passes first (RFC 2647 section 3.17). Copies
// that the recorder made count in neither. A rate is what was counted in the
// window that ends at a moment, divided by the window's length, however much of
// it the connection existed. Positions are 64 bits wide and never wrap.
//
// The package refuses to tell transfer from idle where one direction is
// missing, and handshake where the capture begins after it. Memory is bounded:
// a Meter keeps no more than a few thousand moments for each side, and counts
// what is closer together as sent at once, at the first.
package throughput
