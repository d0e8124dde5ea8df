"""Finding a name by the beginning of any of its words: an index over the words, asked for prefixes."""

import re

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, Func, Value

_WORD = re.compile(r"[^\W_]+")


def words_of(column: str) -> SearchVector:
    """The words of a folded name. Signs are taken out first: PostgreSQL would take "dr.meier" for a host."""
    letters = Func(F(column), Value("[^[:alnum:]]+"), Value(" "), Value("g"), function="regexp_replace")
    return SearchVector(letters, config="simple")


def beginnings(folded: str) -> SearchQuery | None:
    """Matches names in which a word begins with each of these; None where there is no word."""
    words = _WORD.findall(folded)
    if not words:
        return None
    return SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
