"""What a text block would say to somebody: an example, since nobody in particular is meant yet."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from markupsafe import Markup

from anliegen.ground import clock
from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.models.operator import LANGUAGES
from anliegen.records.accounts.queries import default_brand
from anliegen.records.customers.models import Person
from anliegen.records.customers.salutation import salutation
from anliegen.records.knowledge.marks import formatted
from anliegen.records.knowledge.placeholders import fill, open_fields, unknown

SOMEBODY = Person(name="Kim Berger", given_name="Kim", family_name="Berger")


@dataclass(frozen=True)
class Said:
    """A wording as an example customer would get it."""

    language: str
    html: Markup
    fields: list[str]  # what a person fills before sending


def preview_of(texts: Mapping[str, str], agent: Agent) -> list[Said]:
    today, words = timezone.localdate(clock.now()), dict(LANGUAGES)
    said = []
    for language, text in texts.items():
        if text.strip():
            filled = fill(text, _values(agent, language), today=today, language=language)
            said.append(Said(str(words[language]), formatted(filled), open_fields(filled)))
    return said


def unknown_names(text: str) -> list[str]:
    """Placeholders that nobody fills, as they were written."""
    return [f"{{{{{name}}}}}" for name in unknown(text)]


def _values(agent: Agent, language: str) -> dict[str, str]:
    is_german = language == "de"
    return {
        "anrede": salutation(SOMEBODY, language=language),
        "name": SOMEBODY.name,
        "vorgangsnummer": "1042",
        "betreff": "Mein Abschlag" if is_german else "My instalment",
        "bearbeitung": agent.name,
        "team": "Kundenservice" if is_german else "Customer service",
        "marke": default_brand().name,
    }
