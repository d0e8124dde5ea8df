"""Customers by what people call them: an address, a name, or one of its words. Each way is answered by an index."""

import re

from django.db import connection

from anliegen.ground import text
from anliegen.ground.search.tsquery import query
from anliegen.records.customers.actions import fold_address
from anliegen.records.customers.models import Address, Person

MOST = 200
_LOOKED_AT = 400
_WORD = re.compile(r"\w+")
_TERM = re.compile(r"('(?:[^'\\]|''|\\\\)*')(:\*)?")  # as `tsquery` writes it
# The name of who wrote stands in a search row with the weight B, so that a family name is found without reading names.
_WROTE = """
    SELECT DISTINCT message.person_id FROM (
        SELECT message_id FROM tickets_searchrow WHERE tsv @@ %s::tsquery AND message_id IS NOT NULL
        ORDER BY id DESC LIMIT %s
    ) AS found JOIN tickets_message AS message ON message.id = found.message_id WHERE message.person_id IS NOT NULL
"""


def people_called(said: str) -> list[int]:
    """The keys of at most MOST customers; an address by its beginning, a name by those of its words."""
    if "@" in said:
        return _with_address(said)
    folded = text.fold(said).strip()
    if len(folded) < 2:
        return []
    begins = Person.objects.filter(folded__gte=folded, folded__lt=f"{folded}\U0010ffff").order_by("folded", "pk")
    found = list(begins.values_list("pk", flat=True)[:MOST])
    return list(dict.fromkeys([*found, *_wrote(said, folded)]))[:MOST]


def _with_address(said: str) -> list[int]:
    folded = fold_address("email", said)
    addresses = Address.objects.filter(kind="email", folded__gte=folded, folded__lt=f"{folded}\U0010ffff")
    return list(addresses.order_by("folded").values_list("person", flat=True)[:MOST])


def _wrote(said: str, folded: str) -> list[int]:
    """Who wrote under this name lately, as far as it is theirs."""
    words = query(said)
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_WROTE, [_by_name(words), _LOOKED_AT])
        keys = [key for (key,) in cursor.fetchall()]
    names = Person.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "folded")
    wanted = _WORD.findall(folded)
    return [pk for pk, name in names if all(_has_word(name, word) for word in wanted)]


def _has_word(name: str, beginning: str) -> bool:
    return any(word.startswith(beginning) for word in _WORD.findall(name))


def _by_name(words: str) -> str:
    """The query with each of its terms only where names stand."""
    return _TERM.sub(lambda term: f"{term[1]}{term[2] or ':'}B", words)
