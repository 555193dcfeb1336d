// Package serve shows the reports on the captures of a folder to browsers of the
// same machine.
//
// Input: a folder, and a function that writes the report on a capture. Output: an
// http.Handler with three things: the list of captures (/), the report on each
// (/capture/NAME, with ?filter= for some of its connections), and a way to add a
// capture (POST /upload).
//
//	folder, err := serve.OpenFolder("captures")
//	site := serve.New(serve.Options{Folder: folder, Report: write, Hosts: []string{"localhost:8793"}})
//	defer site.Close()
//	err = http.Serve(listener, site)
//
// What it guards against: names that lead out of the folder, by dots or by links
// (os.Root refuses both); pages of other sites that ask for what is here, by a
// name of theirs that they lead to this machine (the Host header must be a
// loopback's) or by a form (an upload needs the page's own origin and a token); a
// capture that says something to the browser (the report escapes it, and its
// Content-Security-Policy loads nothing). It does not guard against who is logged
// in on the same machine: a loopback address is for all of its users.
//
// What it keeps within bounds: one capture is analysed at a time, and few wait;
// whoever goes away while theirs is analysed ends that. Reports are kept in memory
// up to a number of bytes, by name, size and time of the file. An upload has a
// limit and is written to the folder itself, under a hidden name that is taken
// away unless all went well; no file is ever replaced. Nothing else is written.
package serve
