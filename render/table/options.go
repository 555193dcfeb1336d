package table

import (
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// optionTable holds the names of the options, after IANA's, and their kinds, in
// the order of output. What has no kind of its own stands last.
var optionTable = [...]struct {
	bit  decode.OptionSet
	name string
	kind uint8 // 0 for the one that was seen, or none
}{
	{decode.OptMSS, "MSS", 2},
	{decode.OptSACKPermitted, "SACK-Permitted", 4},
	{decode.OptTimestamps, "Timestamps", 8},
	{decode.OptWindowScale, "Window-Scale", 3},
	{decode.OptFastOpen, "Fast-Open", fastOpenKind},
	{decode.OptMPTCP, "MPTCP", 30},
	{decode.OptAccECN, "AccECN", 172},
	{decode.OptAccECN1, "AccECN", 174},
	{decode.OptAO, "TCP-AO", 29},
	{decode.OptMD5, "MD5", 19},
	{decode.OptUserTimeout, "User-Timeout", 28},
	{decode.OptSACK, "SACK", 5},
	{decode.OptOther, "Other", 0},
	{decode.OptMalformed, "Malformed", 0},
}

// fastOpenKind is that of Fast Open; before it had one it came with one of
// those for experiments (RFC 6994).
const fastOpenKind = 34

// OptionNames returns the names of options, in the order of the table.
func OptionNames(set decode.OptionSet) []string {
	list := make([]string, 0, 4)
	for _, o := range optionTable {
		if set&o.bit != 0 {
			list = append(list, o.name)
		}
	}
	return list
}

// optionKinds returns the kinds of the options of a SYN.
func optionKinds(offer *reconstruct.Offer) []uint8 {
	list := make([]uint8, 0, 4)
	experimental := offer.OtherKind != 0 && offer.Set&decode.OptOther == 0
	for _, o := range optionTable {
		switch {
		case offer.Set&o.bit == 0:
		case o.kind == fastOpenKind && experimental, o.bit == decode.OptOther:
			list = append(list, offer.OtherKind)
		case o.kind != 0:
			list = append(list, o.kind)
		}
	}
	return list
}

// common returns the options that both sides offered in their SYNs; ok is false
// where one of these was not captured whole.
func common(c *Connection) (both reconstruct.Offer, ok bool) {
	a, b := &c.Half[reconstruct.Client], &c.Half[reconstruct.Server]
	both = a.Options
	both.Set &= b.Options.Set
	if a.Options.OtherKind != b.Options.OtherKind {
		both.Set &^= decode.OptOther // of two different kinds
	}
	return both, a.SYNWhole && b.SYNWhole
}
