"""One question over the network, as OpenAI's API takes it: `POST {base}/chat/completions`, answered in one piece."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from anliegen.flow.assist.models import Provider
from anliegen.flow.assist.register import PURPOSE
from anliegen.ground import egress, secrets

MOST_TOKENS_OUT = 1200
_SMALL = 10**7  # a count of tokens beyond that is none


@dataclass(frozen=True)
class Answer:
    """What came back: the words, what the provider counted (None: it did not say), and how long it took.

    `error` is a code and empty where there are words: that of `egress`, `http_500`, `no_key`, `protocol`, `empty`.
    """

    text: str = ""
    tokens: tuple[int, int] | None = None
    error: str = ""
    duration_ms: int = 0


def speak(provider: Provider, messages: Sequence[dict[str, str]], *, most_tokens: int) -> Answer:
    """Ask, and wait for the answer at most as long as its destination allows. Never inside a transaction.

    Whatever else the answer brings (calls of tools, further choices) is not read.
    """
    began = time.monotonic()
    try:
        text, tokens = _exchanged(provider, messages, most_tokens)
        error = "" if text.strip() else "empty"
    except _NoAnswer as problem:
        text, tokens, error = "", problem.tokens, problem.code
    return Answer(text, tokens, error, round((time.monotonic() - began) * 1000))


class _NoAnswer(Exception):
    def __init__(self, code: str, tokens: tuple[int, int] | None = None) -> None:
        super().__init__(code)
        self.code, self.tokens = code, tokens


def _exchanged(
    provider: Provider, messages: Sequence[dict[str, str]], most_tokens: int
) -> tuple[str, tuple[int, int] | None]:
    asked = {
        "model": provider.model,
        "messages": list(messages),
        "temperature": 0.2,
        "max_tokens": most_tokens,
        "stream": False,
    }
    try:
        answer = egress.fetch(
            "POST",
            f"{provider.address}/chat/completions",
            purpose=PURPOSE,
            headers={"content-type": "application/json", "accept": "application/json", **_key_of(provider)},
            body=json.dumps(asked, ensure_ascii=False).encode(),
        )
    except egress.EgressError as problem:
        # What was refused or never got there has cost nothing.
        nothing = (0, 0) if problem.code in _NEVER_ASKED else None
        raise _NoAnswer(problem.code, nothing) from problem
    if answer.status != 200:
        raise _NoAnswer(f"http_{answer.status}", (0, 0))
    return _read(answer.body)


_NEVER_ASKED = ("not_registered", "private_address", "bad_address", "name_unknown", "connect_failed", "connect_timeout")


def _key_of(provider: Provider) -> dict[str, str]:
    if not bytes(provider.key):
        return {}
    try:
        return {"authorization": f"Bearer {secrets.unlock(provider.key)}"}
    except secrets.Locked as problem:
        raise _NoAnswer("no_key", (0, 0)) from problem


def _read(body: bytes) -> tuple[str, tuple[int, int] | None]:
    try:
        told: Any = json.loads(body)
        said = told["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as problem:
        raise _NoAnswer("protocol") from problem
    return said if isinstance(said, str) else "", _counted(told.get("usage"))


def _counted(usage: Any) -> tuple[int, int] | None:
    if not isinstance(usage, dict):
        return None
    counts = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if not all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one < _SMALL for one in counts):
        return None
    return int(counts[0] or 0), int(counts[1] or 0)
