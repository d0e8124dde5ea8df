"""Reads over accounts."""

from collections.abc import Iterable
from typing import Self

from anliegen.records.accounts.models import Brand, Mailbox, Operator


class NotSetUp(Exception):
    """This instance has no operator yet: `anliegen setup` makes one."""


def the_operator() -> Operator:
    """The one operator. Raises NotSetUp."""
    operator = Operator.objects.first()
    if operator is None:
        raise NotSetUp
    return operator


def default_brand() -> Brand:
    """The default brand, or the first there is. Raises NotSetUp."""
    brand = Brand.objects.order_by("-is_default", "pk").first()
    if brand is None:
        raise NotSetUp
    return brand


class Mailboxes:
    """The active mailboxes, read once for many questions."""

    def __init__(self, known: Iterable[Mailbox]) -> None:
        self._known = {box.address.lower(): box for box in known}

    @classmethod
    def load(cls) -> Self:
        return cls(Mailbox.objects.active().select_related("brand", "team"))

    def find(self, addresses: Iterable[str]) -> Mailbox | None:
        """The mailbox that one of these addresses names, the first address first; `+anything` is ignored."""
        for address in addresses:
            local, _at, domain = address.lower().rpartition("@")
            if box := self._known.get(f"{local}@{domain}") or self._known.get(f"{local.partition('+')[0]}@{domain}"):
                return box
        return None
