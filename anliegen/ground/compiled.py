"""Questions that Django puts into SQL once: a page of the workspace asks twenty, the same each time but for the values.

To put one into words that joins some tables takes Django longer than the database needs to answer it. So a function
that makes a queryset is called once for each kind of values, with stand-ins in their place; from then on the same
statement is asked with the values of the moment, and the rows become the same instances as ever.
"""

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, Generic, NamedTuple, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=models.Model)

MOST = 500  # statements kept of one question: the kinds of its values, times its shapes
_BEGINNING = 2_305_000_000_000_000_000  # stand-ins are counted from here, far from every real key
_NEVER = datetime(8765, 1, 1, tzinfo=UTC)
_MADE_OF_STAND_INS = re.compile(r"2305000000000000\d{3}|876[45]-\d\d-\d\d|stand-in \d")


class NotAsked(TypeError):
    """A value stands in the statement as something else, so it cannot be filled in later."""


def compiled(make: Callable[..., models.QuerySet[M]]) -> Callable[..., models.QuerySet[M]]:
    """`make(*values, **shape)` puts the queryset together, from whole numbers, texts, moments, and lists; with
    a value of another kind it is put together anew.

    Each value goes into the statement as a parameter of its own or not at all; a list as one array (`in_any_of`). What
    changes the words of the statement is `shape`, by name and hashable. The queryset that comes back is to be read, not
    to be filtered further. Raises NotAsked.
    """

    @lru_cache(maxsize=MOST)
    def statement(kinds: tuple[type, ...], shape: tuple[tuple[str, Any], ...]) -> _Statement[M] | None:
        stand_ins = [_STAND_INS[kind](place) for place, kind in enumerate(kinds)]
        return _Statement.of(make(*stand_ins, **dict(shape)), stand_ins)

    @wraps(make)
    def ask(*values: Any, **shape: Any) -> models.QuerySet[M]:
        if any(type(value) not in _STAND_INS for value in values):
            return make(*values, **shape)
        known = statement(tuple(map(type, values)), tuple(shape.items()))
        return known.filled(values) if known is not None else make(*values, **shape)

    return ask


@dataclass(frozen=True)
class _Statement(Generic[M]):
    """A statement, and for each of its parameters which value goes there, if one does."""

    rows: models.QuerySet[M]
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]
    slots: tuple["_Slot | None", ...]

    @classmethod
    def of(cls, rows: models.QuerySet[M], stand_ins: Sequence[Any]) -> "_Statement[M] | None":
        """None where Django sees that nothing can be found: that may be so for the stand-ins alone, such as a number
        that is too large for a small key."""
        compiler = rows.query.get_compiler(using=rows.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        compiler.connection = None  # of this thread, whose end would else not close it
        return cls(rows, compiler, sql, tuple(params), tuple(_slot(param, stand_ins) for param in params))

    def filled(self, values: Sequence[Any]) -> models.QuerySet[M]:
        params = tuple(
            known if slot is None else slot.filled(known, values[slot.place])
            for known, slot in zip(self.params, self.slots, strict=True)
        )
        rows = self.rows.all()
        rows._query = _Filled(self, params)  # type: ignore[attr-defined]  # its setter would make dicts of tuples
        return rows


class _Filled:
    """Stands where a queryset has its query; reading asks it who carries it out, and for the names of columns."""

    def __init__(self, statement: _Statement[Any], params: tuple[Any, ...]) -> None:
        self._statement, self._params = statement, params
        query = statement.rows.query
        self.values_select, self.extra_select = query.values_select, query.extra_select
        self.annotation_select, self.selected = query.annotation_select, query.selected

    def get_compiler(self, using: str, connection: Any = None, elide_empty: bool = True) -> SQLCompiler:
        compiler = copy.copy(self._statement.compiler)
        compiler.connection = connections[using]
        compiler.as_sql = lambda *_args, **_kwargs: (self._statement.sql, self._params)  # type: ignore[method-assign]
        return compiler


_STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda place: _BEGINNING + place,
    str: lambda place: f"stand-in {place}",
    list: lambda place: [_BEGINNING + place],
    datetime: lambda place: _NEVER + timedelta(days=place),
}


class _Slot(NamedTuple):
    """The place of a value, which stands there by itself or alone in an array."""

    place: int
    is_within: bool

    def filled(self, known: Any, value: Any) -> Any:
        """In the kind in which the database takes it, as the stand-in was."""
        if isinstance(known, list):
            given, kind = [value] if self.is_within else value, type(known[0])
            return given if kind in _STAND_INS else [kind(one) for one in given]
        return value if type(known) is type(value) else type(known)(value)


def _slot(param: Any, stand_ins: Sequence[Any]) -> _Slot | None:
    for place, one in enumerate(stand_ins):
        if param == one or param == [one]:
            return _Slot(place, is_within=param != one)
    if _MADE_OF_STAND_INS.search(str(param)):
        raise NotAsked(f"a value was changed before it came into the statement: {param!r}")
    return None


class InAnyOf(models.Func):
    """Whether a number is among those of an array, which stays one parameter however many they are."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()


def in_any_of(name: str, numbers: Sequence[int]) -> InAnyOf:
    """A condition like `name__in=numbers`, with the numbers as one parameter."""
    return InAnyOf(models.F(name), models.Value(list(numbers), ArrayField(models.BigIntegerField())))
