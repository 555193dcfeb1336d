package workload

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"time"
)

// tlsEnds is TLS on both sides, with a certificate that the client trusts
// because the lab has just made it.
type tlsEnds struct {
	server, client *tls.Config
}

// newTLS makes a self-signed certificate for an address. It repeats with the
// random source and the clock; the handshake does not, crypto/tls takes its
// randomness from the system.
func newTLS(random io.Reader, clock Clock, host netip.Addr) (*tlsEnds, error) {
	seed := make([]byte, ed25519.SeedSize)
	if random == nil {
		return nil, fmt.Errorf("https needs a random source")
	}
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("key of the server's certificate: %w", err)
	}
	key := ed25519.NewKeyFromSeed(seed)
	now := clock.Now().Time()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "flowstate lab"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(24 * time.Hour),
		IPAddresses:           []net.IP{host.AsSlice()},
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(random, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(certificate)
	time := func() time.Time { return clock.Now().Time() }
	return &tlsEnds{
		server: &tls.Config{Time: time, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		client: &tls.Config{Time: time, RootCAs: trusted, ServerName: host.String()},
	}, nil
}

// wrap lays TLS over a connection.
func (t *tlsEnds) wrap(p pair) ends {
	return ends{tls.Client(netConn{p[Client]}, t.client), tls.Server(netConn{p[Server]}, t.server)}
}

// netConn is a Conn with the methods of net.Conn. It has no deadlines: the
// context of the Conn ends its calls.
type netConn struct{ Conn }

func (c netConn) LocalAddr() net.Addr            { return net.TCPAddrFromAddrPort(c.Local()) }
func (c netConn) RemoteAddr() net.Addr           { return net.TCPAddrFromAddrPort(c.Remote()) }
func (netConn) SetDeadline(time.Time) error      { return nil }
func (netConn) SetReadDeadline(time.Time) error  { return nil }
func (netConn) SetWriteDeadline(time.Time) error { return nil }
