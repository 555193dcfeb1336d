package decode

import (
	"bytes"
	"compress/flate"
	"io"
)

// maxInflated bounds what a compressed packet may grow to: an IP packet.
const maxInflated = 1 << 16

// inflater undoes IP compression. The zero value is ready to use.
type inflater struct {
	in  bytes.Reader
	out bytes.Buffer
	z   io.ReadCloser
}

// inflate returns the packet that b holds compressed. Where b is damaged, or
// cut by the snapshot, that is what comes out before, and how much is missing
// only the IP header in it can tell. The result is valid until the next call.
func (f *inflater) inflate(b []byte) view {
	f.in.Reset(b)
	if f.z == nil {
		f.z = flate.NewReader(&f.in)
	} else if err := f.z.(flate.Resetter).Reset(&f.in, nil); err != nil {
		return view{}
	}
	f.out.Reset()
	if _, err := f.out.ReadFrom(io.LimitReader(f.z, maxInflated)); err != nil {
		return view{f.out.Bytes(), maxInflated}
	}
	return view{f.out.Bytes(), f.out.Len()}
}

// compression undoes IP payload compression (RFC 3173) by DEFLATE, which RFC
// 2394 names 2. Negotiated numbers stand for it as well, so all are tried. A
// second one in the same frame is left alone: there is one buffer.
func (d *Decoder) compression(b view) (layer, view) {
	if !b.has(4) || d.inflated {
		return end()
	}
	d.inflated = true
	d.ip.next = b.data[0]
	return ipProtocols[d.ip.next], d.inflater.inflate(b.data[4:])
}
