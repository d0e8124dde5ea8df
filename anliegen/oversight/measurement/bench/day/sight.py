"""What an agent reads off a page: the fields of its forms, and which tickets a list shows."""

import html
import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

ROW = re.compile(r'name="ticket" value="(\d+)-(\d+)"')
NEWS = re.compile(r'hx-get="(/workspace/news/[^"]*)"')
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
CARD = re.compile(r'<article [^>]*id="m(\d+)"')
UNDO_MANY = re.compile(r"/workspace/many/(\d+)/undo/")
CARRIED = ("version", "seen", "people", "kind", "draft", "draft_version", "answers")
FIELDS = ("priority", "topic", "subject", "team", "assignee")


@dataclass(frozen=True)
class Sheet:
    """A ticket as its page shows it."""

    number: int
    answer: dict[str, str]  # what the answer's form carries
    was: dict[str, str] = field(default_factory=dict)  # each field as it is

    @property
    def seen(self) -> int:
        return int(self.answer.get("seen") or 0)

    @property
    def version(self) -> int:
        return int(self.answer.get("version") or 0)


def sheet(number: int, page: str) -> Sheet:
    """The ticket's page, or the parts of it that an answer brings."""
    forms = page.split("<form ")[1:]
    answer = next((one for one in forms if one.startswith('id="reply"')), "")
    carried = {name: html.unescape(value) for name, value in HIDDEN.findall(answer) if name in CARRIED}
    was: dict[str, str] = {}
    for form in forms:
        found = re.search(r'name="was" value="([^"]*)"', form)
        named = re.findall(r'name="(\w+)"', form.partition("</form>")[0])
        for name in FIELDS:
            if found and name in named:
                was.setdefault(name, html.unescape(found[1]))
    return Sheet(number, carried, was)


def rows(page: str) -> list[tuple[int, int]]:
    """Number and version of each ticket that a list lets one choose."""
    return [(int(number), int(version)) for number, version in ROW.findall(page)]


def news(page: str) -> str:
    """Where an open list asks what came meanwhile; empty where it does not."""
    found = NEWS.search(page)
    return html.unescape(found[1]) if found else ""


def taken_back_by(token: str, page: str) -> int:
    """The message that has these words, if the page lets one take it back: a colleague's may stand beside it."""
    cards = [(found.start(), int(found[1])) for found in CARD.finditer(page)]
    place = page.find(f"({token})")
    own = max((start, key) for start, key in [(-1, 0), *cards] if start < max(place, 0))[1]
    return own if f"/workspace/messages/{own}/undo/" in page else 0


def first(pattern: "re.Pattern[str]", page: str) -> int:
    found = pattern.search(page)
    return int(found[1]) if found else 0


def kept(said: str) -> dict[str, str]:
    """What a kept draft's answer says: which draft, in which version."""
    told = json.loads(said)
    return {"draft": str(told["draft"]), "draft_version": str(told["version"])}


def query(**asked: str) -> str:
    return urlencode(asked)
