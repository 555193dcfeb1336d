package table

import (
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/peer/zeek"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// LikeZeek returns the table of connections with the columns of Zeek's
// conn.log, in a format other than Text. Each connection's Extra is a
// *zeek.Tracker.
func LikeZeek(format Format) *Table[Connection] { return newTable(format, zeekFields()) }

// zeekColumn is a column of conn.log.
type zeekColumn struct {
	name, kind, unit, meaning string
	of                        func(c *Connection, r *zeek.Record) Value
}

func zeekFields() fields[Connection] {
	var all fields[Connection]
	for _, z := range zeekColumns() {
		all = append(all, field[Connection]{Column{z.name, z.unit, z.meaning}, func(c *Connection) Value {
			r := c.Extra.(*zeek.Tracker).Record(&c.Connection.Connection)
			return z.of(c, &r)
		}})
	}
	return all
}

func zeekColumns() []zeekColumn {
	const a, b = reconstruct.Client, reconstruct.Server
	type C = *Connection
	type R = *zeek.Record
	unset := func(C, R) Value { return Value{} }
	return []zeekColumn{
		{"ts", "time", "s", "of the first packet, since 1970", func(c C, _ R) Value {
			return when(c.Start != capture.NoTime, Value{kind: seconds, number: int64(c.Start)})
		}},
		{"uid", "string", "", "number of the connection in its file", func(c C, _ R) Value { return num(c.Number) }},
		{"id.orig_h", "addr", "", "address of the originator", func(c C, _ R) Value { return text(c.Ends[a].IP.String()) }},
		{"id.orig_p", "port", "", "port of the originator", func(c C, _ R) Value { return num(c.Ends[a].Port) }},
		{"id.resp_h", "addr", "", "address of the responder", func(c C, _ R) Value { return text(c.Ends[b].IP.String()) }},
		{"id.resp_p", "port", "", "port of the responder", func(c C, _ R) Value { return num(c.Ends[b].Port) }},
		{"proto", "enum", "", "always tcp", func(C, R) Value { return text("tcp") }},
		{"service", "string", "", "not looked for", unset},
		{"duration", "interval", "s", "from the first packet to the latest before both had closed", func(_ C, r R) Value { return span(r.Duration) }},
		{"orig_bytes", "count", "bytes", "payload of the originator, by its sequence numbers", func(_ C, r R) Value { return num(r.Bytes[a]) }},
		{"resp_bytes", "count", "bytes", "payload of the responder, by its sequence numbers", func(_ C, r R) Value { return num(r.Bytes[b]) }},
		{"conn_state", "string", "", "S0, S1, SF, REJ, S2, S3, RSTO, RSTR, RSTOS0, RSTRH, SH, SHR or OTH", func(_ C, r R) Value { return text(r.State) }},
		{"local_orig", "bool", "", "not known: it depends on a list of local networks", unset},
		{"local_resp", "bool", "", "not known: it depends on a list of local networks", unset},
		{"missed_bytes", "count", "bytes", "acknowledged and not in the capture", func(_ C, r R) Value { return num(r.Missed) }},
		{"history", "string", "", "a letter for each first event of a kind, capital for the originator's", func(_ C, r R) Value { return text(r.History) }},
		{"orig_pkts", "count", "packets", "of the originator", func(_ C, r R) Value { return num(r.Packets[a]) }},
		{"orig_ip_bytes", "count", "bytes", "not kept", unset},
		{"resp_pkts", "count", "packets", "of the responder", func(_ C, r R) Value { return num(r.Packets[b]) }},
		{"resp_ip_bytes", "count", "bytes", "not kept", unset},
		{"tunnel_parents", "set[string]", "", "not kept", unset},
		{"file", "string", "", "the capture; Zeek has no such column", func(c C, _ R) Value { return text(c.File) }},
		{"corrected", "set[string]", "", "fields that differ from Zeek's, and why; Zeek has no such column", func(_ C, r R) Value {
			return when(len(r.Corrected) > 0, names(r.Corrected))
		}},
	}
}

// ZeekLog writes connections as Zeek does. Each one's Extra is a *zeek.Tracker.
type ZeekLog struct{}

// Header appends what stands above such a log.
func (ZeekLog) Header(b []byte) []byte {
	b = append(b, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"...)
	names, kinds := []string{"#fields"}, []string{"#types"}
	for _, z := range zeekColumns() {
		names, kinds = append(names, z.name), append(kinds, z.kind)
	}
	return append(b, strings.Join(names, "\t")+"\n"+strings.Join(kinds, "\t")+"\n"...)
}

// Append appends one connection.
func (ZeekLog) Append(b []byte, c *Connection) []byte {
	r := c.Extra.(*zeek.Tracker).Record(&c.Connection.Connection)
	for i, z := range zeekColumns() {
		if i > 0 {
			b = append(b, '\t')
		}
		v := z.of(c, &r)
		switch v.kind {
		case unknown:
			b = append(b, '-')
		case listed:
			b = v.list.appendFlat(b, ',')
		default:
			b = append(b, clean(string(v.appendFlat(nil)))...)
		}
	}
	return append(b, '\n')
}
