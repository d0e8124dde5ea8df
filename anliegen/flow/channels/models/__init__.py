"""The intake ledger, the sources that fill it, the keys that open it, and the deliveries that leave."""

from anliegen.flow.channels.models.deliveries import TROUBLES, Delivery
from anliegen.flow.channels.models.keys import MailKey
from anliegen.flow.channels.models.ledger import RESULTS, WITH_MESSAGE, Intake, IntakeQuerySet
from anliegen.flow.channels.models.sources import Grant, Source, Unfetched

__all__ = [
    "RESULTS",
    "TROUBLES",
    "WITH_MESSAGE",
    "Delivery",
    "Grant",
    "Intake",
    "IntakeQuerySet",
    "MailKey",
    "Source",
    "Unfetched",
]
