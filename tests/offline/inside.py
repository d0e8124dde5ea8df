"""Run a command where there is no way out: `python inside.py REPORT COMMAND...`.

In a network namespace of its own, with loopback alone and no route, where the machine allows one; the kernel then
counts whatever is not Python and tries to reach another host. REPORT gets {"namespace", "why", "refused", "ended"}.
"""

import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

NEW_USER, NEW_NET = 0x10000000, 0x40000000
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 0x1


def leave_the_network() -> str:
    """Into a namespace without routes; "" if that is done, else why not."""
    unshare = ctypes.CDLL(None, use_errno=True).unshare
    user, group = os.geteuid(), os.getegid()
    # Whoever is root keeps who they are: the database's server runs under another account then.
    if user != 0 or unshare(NEW_NET) != 0:
        if unshare(NEW_USER | NEW_NET) != 0:
            return f"namespaces are forbidden here: {os.strerror(ctypes.get_errno())}"
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        asked = struct.pack("16sH22x", b"lo", 0)
        flags = struct.unpack("16sH22x", fcntl.ioctl(way, GET_FLAGS, asked))[1]
        fcntl.ioctl(way, SET_FLAGS, struct.pack("16sH22x", b"lo", flags | UP))
    return ""


def refused_by_the_kernel() -> int:
    """How often something in this namespace wanted to go where no route leads."""
    names, values = [line.split() for line in Path("/proc/self/net/snmp").read_text().splitlines()[:2]]
    count = int(values[names.index("OutNoRoutes")])
    six = Path("/proc/self/net/snmp6")
    lines = six.read_text().splitlines() if six.exists() else []
    return count + sum(int(line.split()[1]) for line in lines if line.startswith("Ip6OutNoRoutes"))


def main() -> None:
    report, *command = sys.argv[1:]
    why = leave_the_network()
    before = 0 if why else refused_by_the_kernel()
    ended = subprocess.run(command, check=False).returncode
    refused = 0 if why else refused_by_the_kernel() - before
    told = {"namespace": not why, "why": why, "refused": refused, "ended": ended}
    Path(report).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
