#!/bin/sh
# Records what is in this folder: ./record.sh FLOWSTATE, as root on Linux with
# BTF, with iproute2, lsof, net-tools, python3, libbpf-tools and bpftrace.
set -eu
flowstate=$(realpath "$1")
here=$(dirname "$(realpath "$0")")

run() { # FOLDER [FLAGS]: one connection, with what its hosts' tools saw
    folder=$1
    shift
    "$flowstate" lab run --link emulated --delay 150 --no-diagrams -o "$work/$folder" "$@" \
        --server "python3 $here/stops.py server {server} {port} {folder}/server.txt" \
        --client "python3 $here/stops.py client {server} {port} {folder}/client.txt"
    mkdir -p "$here/$folder"
    cp "$work/$folder/programs/01/client.txt" "$work/$folder/programs/01/server.txt" "$here/$folder"
    for end in client server; do
        gzip -9nc "$work/$folder/programs/01/$end.pcapng" >"$here/$folder/$end.pcapng.gz"
    done
}

if [ -z "${work:-}" ]; then # again, where the tracepoints can be seen
    work=$(mktemp -d)
    export work
    exec unshare -m sh "$here/record.sh" "$flowstate"
fi
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null || true
mkdir -p "$here/ipv4"
stdbuf -oL tcpstates -T >"$here/ipv4/tcpstates-T.txt" &
plain=$!
stdbuf -oL tcpstates -w >"$here/ipv4/tcpstates-w.txt" &
wide=$!
bpftrace -q -e 'tracepoint:tcp:tcp_probe { @usecs[args->sport] = hist(args->srtt) }' >"$here/ipv4/bpftrace.txt" &
trips=$!
sleep 5
run ipv4
kill -INT $plain $wide $trips
wait || true
run ipv6 --ipv6
rm -r "$work"
