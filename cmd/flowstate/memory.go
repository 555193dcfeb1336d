package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// thrift is the memory that flowstate tries to stay below, at the price of
// collecting garbage sooner.
const thrift = 96 << 20

// limitMemory keeps a run small as long as that costs little. A capture with
// very many connections open at once needs more than thrift; a limit near what
// is truly in use would then keep the collector running without pause, so it
// is lifted. Whoever knows better says so with GOGC and GOMEMLIMIT.
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") != "" || os.Getenv("GOGC") != "" {
		return
	}
	debug.SetMemoryLimit(thrift)
	afterCollection(func() (again bool) {
		if inUse() < thrift*3/4 {
			return true
		}
		debug.SetMemoryLimit(math.MaxInt64)
		return false
	})
}

// inUse is the memory that the last collection could not free.
func inUse() uint64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	return live[0].Value.Uint64()
}

// afterCollection calls check after each garbage collection until it returns
// false: an object that nobody holds is cleaned up by the next one.
func afterCollection(check func() bool) {
	bait := new([64]byte)
	runtime.AddCleanup(bait, func(struct{}) {
		if check() {
			afterCollection(check)
		}
	}, struct{}{})
}
