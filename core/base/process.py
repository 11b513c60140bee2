"""Ties a process to the life of its parent, so that a killed supervisor leaves nothing behind."""
import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent_pid: int | None = None) -> None:
    """Asks the kernel to SIGKILL this process when its parent dies.

    `parent_pid`: who the parent was before the fork; if it died in between, this process ends at once.
    To be called in the child; survives exec, not another fork.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if parent_pid is not None and os.getppid() != parent_pid:
        os._exit(1)
