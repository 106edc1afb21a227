"""CPU time of process trees, from /proc (proc(5), "stat")."""

import os

TICKS = os.sysconf("SC_CLK_TCK")


def tree_seconds(roots: list[int]) -> float:
    """User and system time of the processes below `roots`, and of those of their children that ended."""
    parents, times = {}, {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked; its parent counts it
        parents[int(name)] = int(fields[1])
        # utime, stime, and cutime, cstime of the children that were waited for
        times[int(name)] = sum(map(int, fields[11:15]))
    return sum(time for pid, time in times.items() if is_under(pid, roots, parents)) / TICKS


def is_under(pid: int, roots: list[int], parents: dict[int, int]) -> bool:
    while pid in parents:
        if pid in roots:
            return True
        pid = parents[pid]
    return False
