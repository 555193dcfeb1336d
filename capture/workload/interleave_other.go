//go:build !linux

package workload

import "context"

func (i *iteration) interleave(context.Context, pair) (transfer, error) {
	return transfer{}, &UsageError{Problem: "1thread needs the kernel's TCP", Hint: "2thread"}
}
