"""A double of a language model on this machine: speaks as OpenAI's API does, knows nothing, shows what it gets.

    python -m tools.model_double 11500                 then enter http://127.0.0.1:11500/v1 as an AI provider's address
    python -m tools.model_double 11500 vllm-too-long   the same, and it answers as that server does (tools/model_shapes)

It answers with what it was given to work on, so that one sees that nothing personal came along. Tests give it other
answers.
"""

import json
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Raw:
    """An answer to the byte. Several pieces are sent as chunks, with a pause in seconds before each."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Sequence[bytes] = ()
    pause: float = 0


Answers = Callable[[dict[str, Any]], "str | dict[str, Any] | Raw"]


def echo(asked: dict[str, Any]) -> str:
    """The last line of what it was given, as a polite sentence."""
    lines = [line[2:] for line in asked["messages"][-1]["content"].splitlines() if line.startswith("| ") and line[2:]]
    return f"Gern helfen wir Ihnen weiter. Sie schreiben: {lines[-1]}" if lines else "ready"


class Double(ThreadingHTTPServer):
    """`asked` are the bodies it got, `headers` what came with them. `answers` says what it answers: text, or a body."""

    daemon_threads = True

    def __init__(self, answers: Answers = echo, *, port: int = 0, status: int = 200, shows: bool = False) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answers, self.status, self.shows = answers, status, shows
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.over = threading.Event()  # so that nobody waits for a slow answer that no one wants any more

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def said(self) -> str:
        """All that ever left for it, as one text."""
        return "\n".join(message["content"] for body in self.asked for message in body["messages"])

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # as servers do that send their answer in chunks
    server: Double

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append({"path": self.path, **asked})
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        if self.server.shows:
            print(json.dumps(asked, ensure_ascii=False, indent=2), flush=True)
        said = self.server.answers(asked)
        if isinstance(said, Raw):
            return self._send_raw(said)
        body = json.dumps(completion(said, asked) if isinstance(said, str) else said).encode()
        self._send_raw(Raw(self.server.status, {"content-type": "application/json"}, [body]))

    def _send_raw(self, raw: Raw) -> None:
        is_chunked = len(raw.pieces) > 1
        length = {"transfer-encoding": "chunked"} if is_chunked else {"content-length": str(len(b"".join(raw.pieces)))}
        self.send_response(raw.status)
        for name, value in (raw.headers | length).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            for piece in raw.pieces:
                self.server.over.wait(raw.pause)
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if is_chunked else piece)
            if is_chunked:
                self.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # whoever asked had enough

    def log_message(self, *_words: object) -> None:
        """Nothing: what it was asked is shown instead, where that is wanted."""


def completion(said: str, asked: dict[str, Any]) -> dict[str, Any]:
    """An answer in the usual shape; a token for every four characters."""
    counts = sum(len(message["content"]) for message in asked["messages"]) // 4, len(said) // 4
    return {
        "id": "double",
        "object": "chat.completion",
        "model": asked["model"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": counts[0], "completion_tokens": counts[1], "total_tokens": sum(counts)},
    }


if __name__ == "__main__":
    from tools.model_shapes import SHAPES  # it imports this module

    chosen = SHAPES[sys.argv[2]] if len(sys.argv) > 2 else echo
    with Double(chosen, port=int(sys.argv[1]) if len(sys.argv) > 1 else 11500, shows=True) as double:
        print(f"answers at {double.address}; Ctrl-C ends it", flush=True)
        threading.Event().wait()
