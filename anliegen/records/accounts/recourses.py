"""The offices that come with the program, to be taken over by an operator: data, in `recourses.toml` beside this."""

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Shipped:
    """One that comes along. `fits` says whom it is for, in German and English; the other fields are Recourse's."""

    key: str
    kind: str
    fits: str
    fits_en: str
    name: str
    name_en: str
    address: str
    phone: str
    website: str
    note: str
    note_en: str

    @property
    def fields(self) -> dict[str, str]:
        """What a Recourse takes of it."""
        return {name: value for name, value in vars(self).items() if name not in ("key", "fits", "fits_en")}


@functools.cache
def shipped() -> tuple[Shipped, ...]:
    file = resources.files("anliegen.records.accounts") / "recourses.toml"
    read = tomllib.loads(file.read_text(encoding="utf-8"))["recourse"]
    return tuple(Shipped(fits=one.pop("for"), fits_en=one.pop("for_en"), **one) for one in read)


def shipped_as(key: str) -> Shipped | None:
    return next((one for one in shipped() if one.key == key), None)
