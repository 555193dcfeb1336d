//go:build !linux

package link

// backends is the table where there are no network namespaces.
func backends() []backend { return []backend{simulatedBackend()} }
