"""Run as a program: imports the libraries that it is told, then runs each module that it is asked for in a fork.

Arguments: a path for its socket, and names of modules to import. It ends when its standard input does. A client
(`tests.warm_client`) sends its own outputs and one JSON object, and gets the exit status as a line.
"""

import atexit
import importlib
import json
import os
import runpy
import select
import socket
import sys
import threading
import traceback
from typing import Any, NoReturn


def become(request: dict[str, Any], files: list[int]) -> None:
    """Make this process what `python -m module arguments` is in its folder, with its environment and its outputs."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [request["module"], *request["arguments"]]
    sys.path.insert(0, request["folder"])


def status_of(module: str) -> int:
    """Run a module as Python does; the exit status."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as stop:
        if stop.code is None or isinstance(stop.code, int):
            return stop.code or 0
        print(stop.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def run_and_end(request: dict[str, Any], files: list[int]) -> NoReturn:
    """Run what is asked for; the end is Python's, without the second that it takes to forget torch."""
    become(request, files)
    status = status_of(request["module"])
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def answer(client: socket.socket) -> None:
    """Run one request in a fork of its own, and send its exit status."""
    text, files, _, _ = socket.recv_fds(client, 1 << 16, 3)
    while more := client.recv(1 << 16):
        text += more
    child = os.fork()
    if not child:
        client.close()
        run_and_end(json.loads(text), files)
    _, status = os.waitpid(child, 0)
    client.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def serve(listener: socket.socket) -> None:
    """Answer each client in a fork, until standard input ends."""
    forks: list[int] = []
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        client, _ = listener.accept()
        forks = [fork for fork in forks if not os.waitpid(fork, os.WNOHANG)[0]]
        forks.append(os.fork())
        if not forks[-1]:
            listener.close()
            answer(client)
            os._exit(0)
        client.close()
    for fork in forks:
        os.waitpid(fork, 0)


if __name__ == "__main__":
    for name in sys.argv[2:]:
        importlib.import_module(name)
    # A thread would not be in a fork, the locks that it holds would.
    assert threading.active_count() == 1, "a library has started a thread"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen()
        print("ready", flush=True)
        serve(listener)
        os._exit(0)
