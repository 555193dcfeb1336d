package scenario

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/gopacket/gopacket/layers"

	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

const maxOptionBytes = 40

// option is one TCP option: how it is read, printed, and put on the wire.
// parse reads what follows the name; print gives it back; data is the option
// without kind and length.
type option struct {
	name  string
	bit   decode.OptionSet
	kind  byte
	parse func(*cursor, *Options) error
	print func(*Options) string
	data  func(*Line) []byte
}

// optionTable is in the order of printing and of the wire. The options that
// flowstate only counts carry zeros of a legal length.
var optionTable = [...]option{
	{"mss", decode.OptMSS, 2, parseMSS,
		func(o *Options) string { return fmt.Sprintf(" %d", o.MSS) },
		func(l *Line) []byte { return binary.BigEndian.AppendUint16(nil, l.Options.MSS) }},
	{"sackOK", decode.OptSACKPermitted, 4, nil, nil, zeros(0)},
	{"TS", decode.OptTimestamps, 8, parseTimestamps,
		func(o *Options) string { return fmt.Sprintf(" val %d ecr %d", o.TSval, o.TSecr) },
		func(l *Line) []byte {
			return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, l.Options.TSval), l.Options.TSecr)
		}},
	{"wscale", decode.OptWindowScale, 3, parseWindowScale,
		func(o *Options) string { return fmt.Sprintf(" %d", o.WindowScale) },
		func(l *Line) []byte { return []byte{l.Options.WindowScale} }},
	{"sack", decode.OptSACK, 5, parseSACK, printSACK, sackData},
	{"FO", decode.OptFastOpen, 34, parseCookie, printCookie,
		func(l *Line) []byte { return l.Options.Cookie }},
	{"md5", decode.OptMD5, 19, nil, nil, zeros(16)},
	{"uto", decode.OptUserTimeout, 28, nil, nil, zeros(2)},
	{"ao", decode.OptAO, 29, nil, nil, zeros(2)},
	{"mptcp", decode.OptMPTCP, 30, nil, nil, zeros(2)},
	{"accecn", decode.OptAccECN, 172, nil, nil, zeros(0)},
	{"accecn1", decode.OptAccECN1, 174, nil, nil, zeros(0)},
	{"other", decode.OptOther, 253, nil, nil, zeros(2)},
	// Last, since what follows it cannot be read: its length says 0.
	{"malformed", decode.OptMalformed, 252, nil, nil, nil},
}

func zeros(n int) func(*Line) []byte { return func(*Line) []byte { return make([]byte, n) } }

// parseOptions reads a list between < and >.
func parseOptions(c *cursor, l *Line) error {
	c.pos++
	from := c.pos
	list, err := c.until('>')
	if err != nil {
		return err
	}
	for _, text := range strings.Split(list, ",") {
		sub := &cursor{name: c.name, line: c.line, text: c.text[:from+len(text)], pos: from}
		from += len(text) + 1
		if err := parseOption(sub, &l.Options); err != nil {
			return err
		}
	}
	return nil
}

func parseOption(c *cursor, o *Options) error {
	name := c.word()
	if name == "nop" || name == "eol" {
		return nil // alignment is ours to choose
	}
	for _, k := range optionTable {
		if k.name != name {
			continue
		}
		if o.Has(k.bit) {
			return c.errorf("option %s stands twice", name)
		}
		o.Set |= k.bit
		if k.parse != nil {
			if err := k.parse(c, o); err != nil {
				return err
			}
		}
		if extra := c.word(); extra != "" {
			return c.errorf("option %s: %q is too much", name, extra)
		}
		return nil
	}
	return c.errorf("unknown option %q", name)
}

func parseMSS(c *cursor, o *Options) error {
	n, err := c.uint("mss", 16)
	o.MSS = uint16(n)
	return err
}

func parseWindowScale(c *cursor, o *Options) error {
	n, err := c.uint("wscale", 8)
	o.WindowScale = uint8(n)
	return err
}

func parseTimestamps(c *cursor, o *Options) error {
	for _, f := range []struct {
		name string
		to   *uint32
	}{{"val", &o.TSval}, {"ecr", &o.TSecr}} {
		if w := c.word(); w != f.name {
			return c.errorf("option TS: want TS val N ecr N, got %q", w)
		}
		n, err := c.uint(f.name, 32)
		if err != nil {
			return err
		}
		*f.to = uint32(n)
	}
	return nil
}

// parseSACK reads blocks a:b, at most four (RFC 2018 section 3).
func parseSACK(c *cursor, o *Options) error {
	for w := c.word(); w != ""; w = c.word() {
		left, right, ok := strings.Cut(w, ":")
		if !ok || len(o.SACK) == 4 {
			return c.errorf("option sack: want one to four blocks a:b")
		}
		var b Block
		var err error
		if b.Left, err = c.offset("sack", left); err != nil {
			return err
		}
		if b.Right, err = c.offset("sack", right); err != nil {
			return err
		}
		o.SACK = append(o.SACK, b)
	}
	if o.SACK == nil {
		return c.errorf("option sack: want one to four blocks a:b")
	}
	return nil
}

func printSACK(o *Options) string {
	var b strings.Builder
	for _, k := range o.SACK {
		fmt.Fprintf(&b, " %d:%d", k.Left, k.Right)
	}
	return b.String()
}

func sackData(l *Line) []byte {
	var data []byte
	isn := l.ISN[l.From.Peer()]
	for _, k := range l.Options.SACK {
		for _, edge := range [...]seq.Offset{k.Left, k.Right} {
			data = binary.BigEndian.AppendUint32(data, uint32(edge.Wrap(isn)))
		}
	}
	return data
}

// maxCookie is the longest Fast Open cookie (RFC 7413 section 4.1.1).
const maxCookie = 16

func parseCookie(c *cursor, o *Options) error {
	w := c.word()
	if w == "len" {
		n, err := c.uint("FO len", 8)
		if err == nil && n > maxCookie {
			err = c.errorf("a cookie has at most %d bytes", maxCookie)
		}
		if err == nil && n > 0 {
			o.Cookie = make([]byte, n)
		}
		return err
	}
	cookie, err := hex.DecodeString(w)
	if err != nil || len(cookie) > maxCookie {
		return c.errorf("option FO: want at most %d bytes in hex, got %q", maxCookie, w)
	}
	if len(cookie) > 0 {
		o.Cookie = cookie
	}
	return nil
}

// printCookie tells only the length of a cookie of zeros: that is what is left
// of a cookie in a decoded segment.
func printCookie(o *Options) string {
	if len(o.Cookie) == 0 {
		return ""
	}
	for _, b := range o.Cookie {
		if b != 0 {
			return " " + hex.EncodeToString(o.Cookie)
		}
	}
	return fmt.Sprintf(" len %d", len(o.Cookie))
}

// String returns the options as they stand between < and >.
func (o *Options) String() string {
	var parts []string
	for _, k := range optionTable {
		if !o.Has(k.bit) {
			continue
		}
		text := k.name
		if k.print != nil {
			text += k.print(o)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ",")
}

// wire returns the options as in a header, filled up to a multiple of four
// bytes with no-operations, which unlike zeros leave a malformed list malformed.
func (o *Options) wire(l *Line) []layers.TCPOption {
	var list []layers.TCPOption
	for _, k := range optionTable {
		if !o.Has(k.bit) {
			continue
		}
		w := layers.TCPOption{OptionType: layers.TCPOptionKind(k.kind)}
		if k.data != nil {
			w.OptionData = k.data(l)
			w.OptionLength = uint8(len(w.OptionData) + 2)
		}
		list = append(list, w)
	}
	for optionBytes(list)%4 != 0 {
		list = append(list, layers.TCPOption{OptionType: layers.TCPOptionKindNop})
	}
	return list
}

func optionBytes(list []layers.TCPOption) int {
	n := 0
	for _, w := range list {
		n++
		if w.OptionType != layers.TCPOptionKindNop {
			n += 1 + len(w.OptionData)
		}
	}
	return n
}
