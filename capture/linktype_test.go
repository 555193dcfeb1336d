package capture_test

import (
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
)

func TestLinkTypeString(t *testing.T) {
	for link, want := range map[capture.LinkType]string{
		capture.LinkTypeEthernet:  "EN10MB",
		capture.LinkTypeLinuxSLL2: "LINUX_SLL2",
		capture.LinkTypeRawDLT:    "RAW",
		capture.LinkTypeRaw:       "RAW",
		capture.LinkTypeUser0 + 3: "USER3",
		capture.LinkTypeUser15:    "USER15",
		65535:                     "LINKTYPE_65535",
	} {
		if got := link.String(); got != want {
			t.Errorf("link type %d is %s, want %s", uint16(link), got, want)
		}
	}
}
