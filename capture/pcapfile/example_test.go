package pcapfile_test

import (
	"bytes"
	"fmt"
	"io"
	"log"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// A compressed capture of two packets that was cut in the second one.
func Example() {
	file := join(pcapHeader(le, 0xa1b2c3d4, 65535, 1),
		pcapRecord(le, 1_700_000_000, 250_000, make([]byte, 60)),
		pcapRecord(le, 1_700_000_001, 0, make([]byte, 60))[:50])

	r, err := pcapfile.NewReader(bytes.NewReader(compressGzip(file)), "example.pcap.gz")
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for p := new(capture.Packet); ; {
		if err := r.Next(p); err == io.EOF {
			break
		} else if err != nil {
			log.Fatal(err)
		}
		fmt.Println(p.Frame, p.Time.Time(), p.LinkType, len(p.Data))
	}
	for _, f := range r.Findings() {
		fmt.Println(f.Code, f.Text)
	}
	fmt.Println(r.Format())
	// Output:
	// 1 2023-11-14 22:13:20.25 +0000 UTC EN10MB 60
	// capture-truncated the file ends inside the record at byte 100, after 50 bytes of it (after packet 1)
	// pcap/LE/us/gz
}
