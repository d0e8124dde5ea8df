"""How to address a person in writing. Source: handbook, section 3.8 (DIN 5008 usage). Nothing is ever guessed."""

import re
from collections.abc import Sequence

from anliegen.records.customers.models import Person

_DEGREE = re.compile(r"(Dipl\.?|B\.|M\.|LL\.)\S*", re.IGNORECASE)  # such as Dipl.-Ing. or M.A.: never spoken to


def salutation(person: Person, *, language: str | None = None) -> str:
    """The first line of a letter, with its comma: "Sehr geehrte Frau Dr. Meier," or, not knowing more, "Guten Tag,".

    Without a stated form of address the full name is used ("Guten Tag Kim Berger,"), never Frau or Herr.
    """
    if (language or person.language or "de").startswith("de"):
        return _german(person)
    return _english(person)


def salutation_to(people: Sequence[Person | None], *, language: str) -> str:
    """The first line to these; None is somebody nobody knows. Several are addressed together, without a name."""
    known = people[0] if len(people) == 1 else None
    if known is not None:
        return salutation(known, language=known.language or language)
    return "Guten Tag," if language.startswith("de") else "Hello,"


def _german(person: Person) -> str:
    surname = " ".join(part for part in (_title(person, doctor="Dr."), person.family_name) if part)
    if person.address_form == "frau" and person.family_name:
        return f"Sehr geehrte Frau {surname},"
    if person.address_form == "herr" and person.family_name:
        return f"Sehr geehrter Herr {surname},"
    return f"Guten Tag {_full_name(person)},".replace(" ,", ",")


def _english(person: Person) -> str:
    title = _title(person, doctor="Dr").rstrip(".")
    if title and person.family_name:
        return f"Dear {title} {person.family_name},"
    if person.address_form == "frau" and person.family_name:
        return f"Dear Ms {person.family_name},"
    if person.address_form == "herr" and person.family_name:
        return f"Dear Mr {person.family_name},"
    return f"Hello {_full_name(person)},".replace(" ,", ",")


def _full_name(person: Person) -> str:
    parts = [person.title, person.given_name, person.family_name] if person.family_name else [person.name]
    return " ".join(part for part in parts if part)


def _title(person: Person, *, doctor: str) -> str:
    """Only the highest title, "Professor" in full; degrees are left out, other titles stay as they were stated."""
    words = person.title.split()
    if any(word.lower().startswith("prof") for word in words):
        return "Professor"
    if any(word.lower().startswith("dr") for word in words):
        return doctor
    return " ".join(word for word in words if not _DEGREE.fullmatch(word))
