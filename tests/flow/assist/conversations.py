"""Conversations of our own with the sentences a person would choose: `[w …]` what the customer wants, `[a …]` what we
answered or promised, `[o …]` what is open (`[wo …]` both); `{…}` what is named. K is the customer, W are we."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from anliegen.flow.assist.summary import Said

_MARKED = re.compile(r"\[([wao]{1,3}) ([^\]]+)\]")
FILE = Path(__file__).with_suffix(".txt")


@dataclass
class Conversation:
    """What was said, and by letter the places a person chose: (message, start, end)."""

    title: str
    said: list[Said] = field(default_factory=list)
    chosen: dict[str, set[tuple[int, int, int]]] = field(default_factory=lambda: {"w": set(), "a": set(), "o": set()})
    named: set[str] = field(default_factory=set)


def conversations() -> list[Conversation]:
    return [_read(part) for part in FILE.read_text(encoding="utf-8").split("== ")[1:]]


def _read(part: str) -> Conversation:
    title, _newline, rest = part.partition("\n")
    read = Conversation(title)
    for key, (who, marked) in enumerate(re.findall(r"^([KW]): (.*?)(?=^[KW]: |\Z)", rest, re.DOTALL | re.MULTILINE)):
        read.named |= set(re.findall(r"\{([^}]+)\}", marked))
        text, at, bare = "", 0, re.sub(r"[{}]", "", marked).rstrip()
        for mark in _MARKED.finditer(bare):
            text += bare[at : mark.start()]
            for letter in mark[1]:
                read.chosen[letter].add((key, len(text), len(text) + len(mark[2])))
            text, at = text + mark[2], mark.end()
        read.said.append(Said(key, who == "K", text + bare[at:], "de"))
    return read
