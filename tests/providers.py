"""A provider on this machine's loopback, switched on, for whatever is asked of it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from anliegen.flow.assist import register
from anliegen.flow.assist.models import DATA_CLASSES, DEEDS, Provider
from anliegen.ground.journal.actors import SYSTEM, Actor


def entered(address: str, *, at: datetime, responsible: str = "agent:1", **fields: Any) -> Provider:
    """In the register with all it needs, switched off; what is given changes it."""
    values: dict[str, Any] = {
        "name": "Eigener Rechner",
        "address": address,
        "model": "muster-7b",
        "allow_private": True,
        "deeds": [deed for deed, _word in DEEDS],
        "data_classes": [one for one, _word in DATA_CLASSES],
        "purpose": "Entwürfe für Antworten",
        "jurisdiction": "here",
        "contract": "eigener Betrieb, Akte 12",
        "contract_on": date(2026, 1, 2),
        "responsible": responsible,
        "price_in": Decimal("0.05"),
        "price_out": Decimal("0.2"),
        "budget_cents": 1000,
        "timeout_s": 5,
    }
    return register.create(actor=SYSTEM, at=at, **(values | fields))


def switched_on(address: str, *, at: datetime, by: Actor = SYSTEM, **fields: Any) -> Provider:
    return register.switch_on(entered(address, at=at, **fields), actor=by, at=at)
