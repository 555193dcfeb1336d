//go:build !unix

package main

const canSuspend = false

func stop() {}
