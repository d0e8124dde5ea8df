"""How to address a person in writing. Source: handbook, section 3.8 (DIN 5008 usage). Nothing is ever guessed."""

from anliegen.records.customers.models import Person


def salutation(person: Person, *, language: str | None = None) -> str:
    """The first line of a letter, with its comma: "Sehr geehrte Frau Dr. Meier," or, not knowing more, "Guten Tag,".

    Without a stated form of address the full name is used ("Guten Tag Kim Berger,"), never Frau or Herr.
    """
    if (language or person.language or "de").startswith("de"):
        return _german(person)
    return _english(person)


def _german(person: Person) -> str:
    surname = " ".join(part for part in (person.title, person.family_name) if part)
    if person.address_form == "frau" and person.family_name:
        return f"Sehr geehrte Frau {surname},"
    if person.address_form == "herr" and person.family_name:
        return f"Sehr geehrter Herr {surname},"
    return f"Guten Tag {_full_name(person)},".replace(" ,", ",")


def _english(person: Person) -> str:
    surname = " ".join(part for part in (person.title.rstrip("."), person.family_name) if part)
    if person.title and person.family_name:
        return f"Dear {surname},"
    if person.address_form == "frau" and person.family_name:
        return f"Dear Ms {person.family_name},"
    if person.address_form == "herr" and person.family_name:
        return f"Dear Mr {person.family_name},"
    return f"Hello {_full_name(person)},".replace(" ,", ",")


def _full_name(person: Person) -> str:
    parts = [person.title, person.given_name, person.family_name] if person.family_name else [person.name]
    return " ".join(part for part in parts if part)
