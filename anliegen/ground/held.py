"""A row under lock, as nearly every action begins: asked for by a statement that Django puts into SQL once."""

from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.transaction import TransactionManagementError

from anliegen.ground.compiled import compiled

M = TypeVar("M", bound=Model)


def held(model: type[M], pk: object, *beside: str) -> M:
    """The row of this key, locked, with these rows beside it, which are not.

    Raises the model's DoesNotExist, and TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError(f"{model.__name__} locked outside a transaction")
    for row in _rows(pk, model=model, beside=beside):
        found: M = row
        return found
    raise model.DoesNotExist(f"{model.__name__} {pk}")  # type: ignore[attr-defined]


@compiled
def _rows(pk: object, *, model: type[Model], beside: tuple[str, ...]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.select_for_update(of=("self",)).filter(pk=pk)
    return rows.select_related(*beside) if beside else rows
