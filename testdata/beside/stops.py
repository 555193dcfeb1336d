"""One end of a connection that stops in every state it can, and lets the tools
of its host tell what they see.

stops.py server|client ADDRESS PORT FILE
"""
import socket
import subprocess
import sys
import time

TOOLS = (
    "date +%s.%N",
    "ss -t -o state all -ipn",
    "ss -tanoemi",
    "ss -tOani",
    "ss -t state established",
    "lsof -n -P -i tcp",
    "netstat -tan",
)


def look(file):
    for command in TOOLS:
        seen = subprocess.run(command.split(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        file.write(seen.stdout)


def server(family, address, port, file):
    listener = socket.socket(family)
    listener.bind((address, port))
    listener.listen(1)
    look(file)  # LISTEN
    peer, _ = listener.accept()
    peer.recv(1)
    look(file)  # ESTABLISHED
    peer.sendall(bytes(30000))
    while peer.recv(65536):
        pass
    look(file)  # CLOSE-WAIT
    time.sleep(1)
    peer.close()
    look(file)  # LAST-ACK, as long as the link is slow
    time.sleep(1)


def client(family, address, port, file):
    time.sleep(1)  # the server listens by then
    peer = socket.socket(family)
    peer.connect((address, port))
    peer.sendall(b"?")
    left = 30000
    while left:
        left -= len(peer.recv(left))
    time.sleep(0.5)
    look(file)  # ESTABLISHED
    peer.shutdown(socket.SHUT_WR)
    look(file)  # FIN-WAIT-1
    time.sleep(0.5)
    look(file)  # FIN-WAIT-2
    while peer.recv(65536):
        pass
    look(file)  # TIME-WAIT


role, address, port, path = sys.argv[1:]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
with open(path, "wb") as file:
    (server if role == "server" else client)(family, address, int(port), file)
