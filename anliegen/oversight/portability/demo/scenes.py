"""The scenes: hand-written conversations with alternatives, read from `content/scenes/*.toml`.

For whoever writes one: `<one|another>` is a choice, `{slot}` is filled in. `{w+3.voll}` is a working day after the turn
("Mittwoch, 25. November"; also .kurz .dat .tag), `{d-10}` a day counted from the first message, `{betrag:eur}` one of
the `v`. Agents are named `{a}`, `{b}`, `{chef}`, or by team, `{netz2}` being its technician. Greetings and signatures
come by themselves unless the turn is `bare`. The tests say what does not fit.
"""

import functools
import tomllib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

CONTENT = resources.files("anliegen.oversight.portability.demo") / "content"
PRIORITIES = {"niedrig": 1, "normal": 2, "hoch": 3, "dringend": 4}
CUSTOMER = "kunde"


class BadScene(ValueError):
    """A scene says something that the composer does not understand."""


@dataclass(frozen=True)
class Beat:
    """One turn of a scene. `texts` are whole alternatives; `fits` and `follows` say which of them go with what came.

    `fits[i]` are the alternatives for the i-th opening, `follows[i]` those for the i-th alternative of the turn before.
    `after` is a span since the turn before, `at` a date that an earlier turn named by `sets`, perhaps with an
    hour ("termin 15"), `shift` working days later. `maybe` is the share of uses in which the turn happens at all.
    """

    by: str
    kind: str
    texts: tuple[str, ...]
    fits: tuple[tuple[int, ...], ...] = ()
    follows: tuple[tuple[int, ...], ...] = ()
    files: tuple[str, ...] = ()
    status: str = ""
    after: str = ""
    at: str = ""
    shift: int = 0
    sets: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    maybe: float = 1.0
    is_bare: bool = False
    is_formal: bool = False

    @property
    def is_spoken(self) -> bool:
        """Whether the customer hears or says it, so not a note."""
        return self.kind != "note"


@dataclass(frozen=True)
class Scene:
    """A conversation that may happen `uses` times, each time told differently.

    Several `subjects` or `who`: one for each opening. `hours`: it begins on a working day between these.
    """

    id: str
    team: str
    channels: tuple[str, ...]
    who: tuple[tuple[str, ...], ...]
    uses: int
    subjects: tuple[str, ...]
    tags: tuple[str, ...]
    brand: str
    season: str
    hours: tuple[int, int] | None
    language: str
    priority: int
    is_last_contact: bool
    cast: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]
    beats: tuple[Beat, ...] = field(default_factory=tuple)

    @property
    def is_emergency(self) -> bool:
        """Whether somebody goes out at any hour."""
        return self.priority == PRIORITIES["dringend"] and self.team in ("netz", "waerme")


_SCENE_KEYS = {
    "id", "team", "via", "who", "hours", "uses", "subject", "tags", "brand", "season", "lang", "priority", "final",
    "cast", "v", "turn",
}  # fmt: skip
_BEAT_KEYS = {
    "by", "text", "note", "call", "fits", "follows", "files", "status", "after", "at", "shift", "sets", "v", "maybe",
    "bare", "formal",
}  # fmt: skip


@functools.cache
def all_scenes() -> tuple[Scene, ...]:
    """Every scene, in the order of their files. Raises BadScene."""
    found: list[Scene] = []
    for file in sorted((CONTENT / "scenes").iterdir(), key=lambda one: one.name):
        found += [_scene(raw) for raw in tomllib.loads(file.read_text(encoding="utf-8"))["scenario"]]
    return tuple(found)


@functools.cache
def table(name: str) -> dict[str, Any]:
    """One of the other files of the content, such as `house.toml`."""
    return tomllib.loads((CONTENT / name).read_text(encoding="utf-8"))


def _scene(raw: dict[str, Any]) -> Scene:
    if unknown := set(raw) - _SCENE_KEYS:
        raise BadScene(f"{raw.get('id')}: {unknown}")
    return Scene(
        id=raw["id"],
        team=raw["team"],
        channels=tuple(raw["via"].split()),
        who=tuple(tuple(one.split()) for one in _texts(raw.get("who", "privat"))),
        uses=raw["uses"],
        subjects=_texts(raw["subject"]),
        tags=tuple(raw["tags"].split()),
        brand=raw.get("brand", ""),
        season=raw.get("season", ""),
        hours=_hours(raw.get("hours", "")),
        language=raw.get("lang", "de"),
        priority=PRIORITIES[raw.get("priority", "normal")],
        is_last_contact=raw.get("final", False),
        cast=_pairs(raw.get("cast", {})),
        values=_pairs(raw.get("v", {})),
        beats=tuple(_beat(raw["id"], one) for one in raw["turn"]),
    )


def _beat(scene: str, raw: dict[str, Any]) -> Beat:
    if unknown := set(raw) - _BEAT_KEYS:
        raise BadScene(f"{scene}: {unknown}")
    by = raw.get("by", CUSTOMER)
    kind = "message" if by == CUSTOMER else "note" if "note" in raw else "call" if "call" in raw else "reply"
    written = raw.get("note", raw.get("text", ""))
    files = raw.get("files", ())
    return Beat(
        by=by,
        kind=kind,
        texts=_texts(written),
        fits=_indexes(raw.get("fits", ())),
        follows=_indexes(raw.get("follows", ())),
        files=(files,) if isinstance(files, str) else tuple(files),
        status=raw.get("status", ""),
        after=raw.get("after", ""),
        at=raw.get("at", ""),
        shift=raw.get("shift", 0),
        sets=_pairs(raw.get("sets", {})),
        values=_pairs(raw.get("v", {})),
        maybe=raw.get("maybe", 1.0),
        is_bare=raw.get("bare", False),
        is_formal=raw.get("formal", False),
    )


def _texts(written: str | list[str]) -> tuple[str, ...]:
    return tuple(one.strip() for one in ([written] if isinstance(written, str) else written))


def _indexes(rows: list[str]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(number) for number in row.split()) for row in rows)


def _hours(written: str) -> tuple[int, int] | None:
    first, _dots, last = written.partition("..")
    return (int(first), int(last)) if written else None


def _pairs(table: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((key, str(value)) for key, value in table.items())
