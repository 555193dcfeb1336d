// Package pcapfile reads captures from files and streams of every common
// format.
//
// In: pcap (microseconds and nanoseconds, both byte orders, versions 2.0 to
// 2.4, and the variants of AIX, Ixia, Nokia, Red Hat 6 and SuSE 6), pcapng
// (several sections and interfaces, any clock resolution) and snoop (RFC 1761,
// with the link types of Shomiti's Surveyor); plain, or compressed with gzip,
// zstd, lz4 or xz. The format is told by how the input starts, never by its
// name.
//
// Out: packets as they were captured, numbered as Wireshark 4.0 numbers them,
// with the interfaces, comments and counters of the recorder, and findings
// about whatever is damaged. A packet's data lies in the reader's buffer and
// is good until the next one is asked for; reading allocates nothing for it. A
// frame check sequence, where one was recorded, is part of the data.
//
// Damage never stops a run that can go on: what comes before it is delivered,
// then the reader looks for the next good record, and says in a finding where
// it stopped and where it went on. Memory is bounded, whatever a file claims:
// a window that grows only with bytes that were truly read, up to the longest
// record taken for real (16 MiB), and the dictionary of a compressed stream
// (128 MiB).
//
// It refuses to look into packets (package reconstruct/decode does), to write
// captures, and to read formats beyond these: editcap turns those into pcapng.
// Of an xz file only the first block's dictionary is held to the limit.
//
//	r, err := pcapfile.Open("trace.pcapng.gz")
//	if err != nil {
//		return err // not there, or no capture
//	}
//	defer r.Close()
//	var p capture.Packet
//	for {
//		if err := r.Next(&p); err == io.EOF {
//			break
//		} else if err != nil {
//			return err // the disk failed
//		}
//		fmt.Println(p.Frame, p.Time.Time(), len(p.Data))
//	}
//	for _, f := range r.Findings() {
//		fmt.Println(f.Code, f.Text)
//	}
package pcapfile
