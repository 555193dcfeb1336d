package main

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// listenFlag is where a server listens: a loopback address and a port.
type listenFlag string

func (f *listenFlag) Type() string   { return "ADDRESS" }
func (f *listenFlag) String() string { return string(*f) }

var errNotLoopback = errors.New("want a loopback address with a port, such as localhost:8793 or [::1]:0; for another machine go through ssh: ssh -L 8793:localhost:8793 HOST")

func (f *listenFlag) Set(s string) error {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return errNotLoopback
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return errNotLoopback
	}
	ip, err := netip.ParseAddr(host)
	if host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return errNotLoopback
	}
	*f = listenFlag(s)
	return nil
}

// open listens. The name localhost stands for both families, as far as there are
// both: what it means is not asked of a resolver, which might be told anything.
func (f *listenFlag) open() ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(string(*f))
	if err != nil {
		return nil, err
	}
	if host != "localhost" {
		l, err := net.Listen("tcp", string(*f))
		return []net.Listener{l}, err
	}
	first, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return nil, err
	}
	listeners := []net.Listener{first}
	_, port, err = net.SplitHostPort(first.Addr().String())
	if err != nil {
		return nil, err
	}
	if second, err := net.Listen("tcp6", net.JoinHostPort("::1", port)); err == nil {
		listeners = append(listeners, second)
	}
	return listeners, nil
}

// hostsOf are the names by which a browser may ask for what listeners serve.
func hostsOf(listeners []net.Listener) (hosts []string) {
	for _, l := range listeners {
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			continue // an address of TCP always has one
		}
		hosts = append(hosts, l.Addr().String(), net.JoinHostPort("localhost", port))
	}
	for _, h := range slices.Clone(hosts) {
		if name, bare := strings.CutSuffix(h, ":80"); bare {
			hosts = append(hosts, name) // the port that a browser leaves out
		}
	}
	return hosts
}
