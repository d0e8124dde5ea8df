"""Which messages are in a language that their reader does not read, or that colleagues may not; and how one says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language_info

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Message


@dataclass(frozen=True)
class Foreign:
    """`is_read`: the reader needs no translation, and may write one for others. The newest one has the key."""

    language: str  # its name
    is_read: bool
    is_newest: bool


def of(messages: Sequence[Message], agent: Agent) -> Mapping[int, Foreign]:
    """By message; nothing is asked of the database. What a rule wrote is known in both of its languages."""
    found = [one for one in messages if one.language and _base(one.language) != agent.language and not one.rule]
    read = {_base(code) for code in agent.speaks}
    last = found[-1].pk if found else None
    return {one.pk: Foreign(name_of(one.language), _base(one.language) in read, one.pk == last) for one in found}


def name_of(code: str) -> str:
    """A language in the words of the reader; a code that nobody knows stays one."""
    try:
        return str(get_language_info(_base(code))["name_translated"])
    except KeyError:
        return code


def into(message: Message, agent: Agent, asked: str, house: str) -> str:
    """The language a translation is wanted in: the one asked for, the reader's, that of the house; never its own."""
    own = _base(message.language)
    wanted = _base(asked.lower()) if asked.isascii() and asked.replace("-", "").isalpha() else ""
    choices = (wanted if 2 <= len(wanted) <= 3 else "", agent.language, house, "en", "de")
    return next(code for code in choices if code and code != own)


def _base(code: str) -> str:
    return code.partition("-")[0]
