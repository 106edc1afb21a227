"""What a process asked of the kernel, in order, from `strace -f -ttt -yy`.

Only what a proof of durability needs: when a sync had completed, and when octets were handed to a
connection. Times are the kernel's wall clock, the same that the client reads.
"""

import re
from dataclasses import dataclass

TRACED = "fsync,fdatasync,msync,write,writev,sendto,sendmsg,pwrite64"
LINE = re.compile(r"^(\d+) +(\d+\.\d+) (.*)$")
CALL = re.compile(r"^(<\.\.\. )?(\w+)")
PEER_PORT = re.compile(r"<TCP(?:v6)?:\[.*?->.*?:(\d+)\]>")


@dataclass(frozen=True)
class Sync:
    at: float       # when it had completed, with success


@dataclass(frozen=True)
class Send:
    at: float       # when it began
    peer_port: int


def parse(lines) -> list[Sync | Send]:
    """The syncs and sends of a trace made with -T, by time. Calls that failed are left out."""
    events = []
    for line in lines:
        found = LINE.match(line)
        call = CALL.match(found.group(3)) if found else None
        if not call:
            continue
        at, rest, resumed, name = float(found.group(2)), found.group(3), call.group(1) is not None, call.group(2)
        if name in ("fsync", "fdatasync", "msync"):
            ended = re.search(r"= 0(?: <([\d.]+)>)?$", rest.rstrip())
            if ended:
                # A resumed line is stamped when the call ended, a whole one when it began.
                events.append(Sync(at if resumed else at + float(ended.group(1) or 0)))
        elif not resumed and "= -1" not in rest:
            peer = PEER_PORT.search(rest)
            if peer:
                events.append(Send(at, int(peer.group(1))))
    return sorted(events, key=lambda event: event.at)


def unproven(events, said: float, heard: float, port: int) -> str | None:
    """Whether the answer heard at `heard` on the connection from `port` lacks a sync before it.

    `said` is when the client handed over the last octet of what it wanted kept: no answer to it can
    have been sent earlier, and no sync before that can have covered it.
    """
    sends = [event.at for event in events if isinstance(event, Send) and event.peer_port == port and said <= event.at <= heard]
    if not sends:
        return "no answer was seen in the trace"
    synced = any(isinstance(event, Sync) and said <= event.at <= sends[0] for event in events)
    return None if synced else "the answer was sent before any sync had completed"
