//go:build !linux

package workload

import "context"

// Run is refused: only Linux has hosts for programs.
func (p Programs) Run(context.Context, *Env) (ProgramsResult, error) {
	return ProgramsResult{}, errNoOption("programs")
}
