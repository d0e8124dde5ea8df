"""Children for the supervisor's tests. A program of its own, and a module to fork from."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from anliegen.config.processes.follow import follow_parent


def preload() -> None:
    if "THREAD_IN_PRELOAD" in os.environ:
        threading.Thread(target=time.sleep, args=(60,), daemon=True, name="left-over").start()
    if "FAIL_IN_PRELOAD" in os.environ:
        raise RuntimeError("this import fails")


def main() -> None:
    does, *arguments = sys.argv[1:]
    print(f"{does} is {os.getpid()}", flush=True)
    globals()[does.replace("-", "_")](*arguments)


def serve(*_: str) -> None:
    """Works until it is told to stop, and takes leave."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    try:
        while True:
            time.sleep(60)
    finally:
        print("serve takes leave", flush=True)


def crash(code: str) -> None:
    sys.exit(int(code))


def stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)


def parent() -> None:
    """Has a process of its own, which it does not look after."""
    print(f"grandchild is {subprocess.Popen(['sleep', '60']).pid}", flush=True)
    stubborn()


def say(*words: str) -> None:
    print(*words)
    print("aside", file=sys.stderr)


def talk(lines: str) -> None:
    for number in range(int(lines)):
        print(f"line {number} äöü")
    sys.stdout.write("no end of line")
    sys.stdout.flush()
    print()
    serve()


def web(port: str) -> None:
    """As much of a web server as the supervisor asks for."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    HTTPServer(("127.0.0.1", int(port)), Health).serve_forever()


def anliegen() -> None:
    """In the place of the command: the children that the supervisor's own program starts."""
    does = sys.argv[1]
    print(f"{does} is {os.getpid()}", flush=True)
    if does == "prepare":
        print(f"Logins: jana {sys.argv[2:]}")
    elif does == "web":
        web(os.environ["ANLIEGEN_PORT"])
    else:
        serve()


if __name__ == "__main__":
    follow_parent()
    main()
