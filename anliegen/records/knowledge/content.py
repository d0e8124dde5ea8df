"""What a text block says and whom it is for: a frozen value, as it is saved, kept as a version, and moved as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self


class NoContent(Exception):
    """This JSON is no text block."""


@dataclass(frozen=True)
class Content:
    """`wordings` by language; `teams` by short name, so that it means the same in another instance; none: all."""

    title: str
    word: str
    wordings: Mapping[str, str]
    teams: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    valid_until: date | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "word": self.word,
            "wordings": dict(self.wordings),
            "teams": list(self.teams),
            "topics": list(self.topics),
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
        }

    @classmethod
    def from_json(cls, given: Any) -> Self:
        """Raises NoContent when a part is missing or of another kind."""
        try:
            until = given.get("valid_until")
            return cls(
                title=_text(given["title"]),
                word=_text(given["word"]),
                wordings={_text(language): _text(text) for language, text in given["wordings"].items()},
                teams=tuple(_text(team) for team in given.get("teams", ())),
                topics=tuple(_text(topic) for topic in given.get("topics", ())),
                valid_until=date.fromisoformat(until) if until else None,
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise NoContent from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
