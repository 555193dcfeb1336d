// Package view is a browser of a capture for a terminal: its connections, and of
// each the summary, the state paths of both ends, the segments, the ladder, small
// charts and the explanation.
//
// Input: a capture that can be opened more than once, and keys. Output: pages of
// cells (package cell). The package drives no terminal, so that tests can press
// keys and read pages:
//
//	app := view.New(view.Options{File: "a.pcap", Open: open, Start: start, Post: post})
//	app.Handle("Enter")
//	grid := cell.New(80, 24)
//	app.Draw(grid)
//
// Memory is bounded whatever the size of the capture: of a connection in the list
// it keeps some 150 bytes, up to a million of them. The connection that is opened
// is read again from the file; of its segments at most 200,000 are kept around the
// place that is shown, and charts are sums over at most 1024 stretches of time.
//
// Reading goes on beside the keys and can be interrupted. An App belongs to one
// goroutine: what reads hands its results over by Options.Post.
//
// The package measures nothing. Words from the capture or from the name of the
// file are drawn by package cell, which lets no control character through.
package view
