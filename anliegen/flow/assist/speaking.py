"""One question over the network, as OpenAI's API takes it: `POST {base}/chat/completions`, answered in one piece.

Servers differ where all is not well; what they say then comes out as one code. Of their own words none is kept: they
may repeat what they were asked, and the key.
"""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from anliegen.flow.assist.models import Provider
from anliegen.flow.assist.register import PURPOSE
from anliegen.ground import egress, secrets

MOST_TOKENS_OUT = 1200
_SMALL = 10**7  # a count of tokens beyond that is none
_LONGEST_WAIT = 86_400  # seconds
# How servers say that a question is longer than their model reads: OpenAI and vLLM, llama.cpp, Mistral.
_TOO_LONG = re.compile(rb"context[ _](?:length|size|window)|maximum context|too many tokens|too long", re.I)


@dataclass(frozen=True)
class Answer:
    """What came back: the words, what the provider counted (None: it did not say), and how long it took.

    `error` is a code and empty where there are words: that of `egress`, `http_500`, `no_key`, `protocol`, `empty`,
    `too_long` (the question), `cut_off` (the answer), `filtered`. `wait_s` is how long it asked to be left alone.
    """

    text: str = ""
    tokens: tuple[int, int] | None = None
    error: str = ""
    duration_ms: int = 0
    wait_s: int | None = None


def speak(provider: Provider, messages: Sequence[dict[str, str]], *, most_tokens: int) -> Answer:
    """Ask, and wait for the answer at most as long as its destination allows. Never inside a transaction.

    Whatever else the answer brings (thoughts, calls of tools, further choices) is not read.
    """
    began = time.monotonic()
    wait_s = None
    try:
        text, tokens = _exchanged(provider, messages, most_tokens)
        error = "" if text.strip() else "empty"
    except _NoAnswer as problem:
        text, tokens, error, wait_s = "", problem.tokens, problem.code, problem.wait_s
    return Answer(text, tokens, error, round((time.monotonic() - began) * 1000), wait_s)


class _NoAnswer(Exception):
    def __init__(self, code: str, tokens: tuple[int, int] | None = None, wait_s: int | None = None) -> None:
        super().__init__(code)
        self.code, self.tokens, self.wait_s = code, tokens, wait_s


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
    key = _key_of(provider)
    try:
        answer = egress.fetch(
            "POST",
            f"{provider.address}/chat/completions",
            purpose=PURPOSE,
            headers={
                "content-type": "application/json",
                "accept": "application/json",
                **({"authorization": f"Bearer {key}"} if key else {}),
            },
            body=json.dumps(asked, ensure_ascii=False).encode(),
        )
    except egress.EgressError as problem:
        # What was refused or never got there has cost nothing.
        nothing = (0, 0) if problem.code in _NEVER_ASKED else None
        raise _NoAnswer(problem.code, nothing) from problem
    if answer.status != 200:
        raise _NoAnswer(_refusal(answer.status, answer.body), (0, 0), _wait(answer.headers))
    text, tokens = _read(answer.body)
    return (text.replace(key, "…") if key else text), tokens


_NEVER_ASKED = ("not_registered", "private_address", "bad_address", "name_unknown", "connect_failed", "connect_timeout")


def _key_of(provider: Provider) -> str:
    if not bytes(provider.key):
        return ""
    try:
        return secrets.unlock(provider.key)
    except secrets.Locked as problem:
        raise _NoAnswer("no_key", (0, 0)) from problem


def _refusal(status: int, body: bytes) -> str:
    is_too_long = status == 413 or (status == 400 and _TOO_LONG.search(body[:4000]))
    return "too_long" if is_too_long else f"http_{status}"


def _wait(headers: dict[str, str]) -> int | None:
    """The seconds that a server asks for; a date, which the standard allows as well, is not read."""
    given = headers.get("retry-after", "").strip()
    return min(int(given), _LONGEST_WAIT) if given.isascii() and given.isdigit() and len(given) < 7 else None


def _read(body: bytes) -> tuple[str, tuple[int, int] | None]:
    try:
        told: Any = json.loads(body)
        choice = told["choices"][0]
        said, finish = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as problem:
        raise _NoAnswer("protocol") from problem
    tokens = _counted(told.get("usage"))
    if finish in _UNFINISHED:
        raise _NoAnswer(_UNFINISHED[finish], tokens)
    return _words(said), tokens


# Half a translation or half a promise is none.
_UNFINISHED = {"length": "cut_off", "content_filter": "filtered"}


def _words(said: Any) -> str:
    """Text, or the text among parts, as Mistral sends them; what stands for no sign in any alphabet is left out."""
    if isinstance(said, list):
        parts = [one.get("text") for one in said if isinstance(one, dict) and one.get("type") == "text"]
        said = "".join(part for part in parts if isinstance(part, str))
    return said.encode("utf-8", "ignore").decode() if isinstance(said, str) else ""


def _counted(usage: Any) -> tuple[int, int] | None:
    if not isinstance(usage, dict):
        return None
    counts = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if not all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one < _SMALL for one in counts):
        return None
    return int(counts[0] or 0), int(counts[1] or 0)
