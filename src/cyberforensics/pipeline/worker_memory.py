"""How much memory of its own a worker holds, as the kernel counts it."""

from pathlib import Path


def anonymous_memory(process: int) -> int | None:
    """Bytes of a process that no file backs (RssAnon of proc_pid_status(5)): mapped spool files don't count.

    None where the kernel does not tell, or the process is gone.
    """
    try:
        lines = Path(f"/proc/{process}/status").read_bytes().splitlines()
    except OSError:
        return None
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(b"RssAnon:")), None)
