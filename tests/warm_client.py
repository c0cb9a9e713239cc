"""Run as a program: `python -m module …` by the server whose socket KNOCKON_WARM names; it needs no library itself."""

import json
import os
import socket
import sys
from pathlib import Path


def run(
    server: str, module: str, arguments: list[str], folder: str, environment: dict[str, str], files: list[int]
) -> int:
    """The exit status of a module; files: its standard input, output and errors. Raises TimeoutError."""
    request = {"module": module, "arguments": arguments, "folder": folder, "environment": environment}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(900)
        connection.connect(server)
        # With the first byte, since one call may not send all.
        socket.send_fds(connection, [b" "], files)
        connection.sendall(json.dumps(request).encode())
        connection.shutdown(socket.SHUT_WR)
        return int(connection.makefile().readline())


def main() -> None:
    option, module, *arguments = sys.argv[1:]
    assert option == "-m", "of Python's own options a stage is started by -m alone"
    status = run(os.environ["KNOCKON_WARM"], module, arguments, str(Path.cwd()), dict(os.environ), [0, 1, 2])
    # As a shell says of a process that a signal has ended.
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
