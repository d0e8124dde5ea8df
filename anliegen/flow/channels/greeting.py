"""How a mail that a rule writes speaks to somebody, whose name anybody may have typed in.

A name is repeated where it looks like one: not every name is told by whom it belongs to, and our domain is not to
carry the sentence, the number or the web address that somebody typed in as a name.
"""

import re
import unicodedata
from collections.abc import Sequence

from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Person
from anliegen.records.customers.salutation import salutation
from anliegen.records.tickets.models import Message

MOST_WORDS, LONGEST = 5, 60
_BESIDE_LETTERS = " '’ʼ´`-.,&"  # "Dr. Anna-Lena O'Neill", "Blum & Söhne"
_JOINED = re.compile(r"\.\S")  # mail programs make a link of "x.example"


def greeting(person: Person, *, language: str | None = None) -> str:
    """The first line, with the name if it looks like one."""
    parts = (person.name, person.title, person.given_name, person.family_name)
    known = person if all(map(greeted, filter(None, parts))) else Person()
    return salutation(known, language=language or person.language)


def greeted(name: str) -> str:
    """The name, or nothing if it does not look like one."""
    is_short = len(name) <= LONGEST and len(name.split()) <= MOST_WORDS
    # Letters and the marks upon them, of any script.
    is_plain = all(sign in _BESIDE_LETTERS or unicodedata.category(sign)[0] in "LM" for sign in name)
    return name if is_short and is_plain and not _JOINED.search(name) else ""


def is_to_its_writer(message: Message, to: Sequence[tuple[str, str]]) -> bool:
    """Whether a mail to these goes only to the address from which this one came, as far as a mail can tell.

    A form proves nothing of the address typed into it, and Reply-To may name anybody.
    """
    if message.channel != "email" or message.is_feigned:
        return False
    wrote = fold_address("email", message.from_address)
    return bool(to) and all(fold_address("email", address) == wrote for _name, address in to)
