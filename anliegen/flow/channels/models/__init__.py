"""The intake ledger, what guards it, the sources that fill it, the keys that open it, deliveries, and restores."""

from anliegen.flow.channels.models.deliveries import TROUBLES, Delivery
from anliegen.flow.channels.models.guard import BRAKE_KINDS, Brake, BrakeQuerySet, Guard, Pace, RejectionRule
from anliegen.flow.channels.models.keys import MailKey
from anliegen.flow.channels.models.ledger import RESULTS, WITH_MESSAGE, Intake, IntakeQuerySet, Reading
from anliegen.flow.channels.models.restoration import Restoration
from anliegen.flow.channels.models.sources import Grant, Source, Unfetched

__all__ = [
    "BRAKE_KINDS",
    "RESULTS",
    "TROUBLES",
    "WITH_MESSAGE",
    "Brake",
    "BrakeQuerySet",
    "Delivery",
    "Grant",
    "Guard",
    "Intake",
    "IntakeQuerySet",
    "MailKey",
    "Pace",
    "Reading",
    "RejectionRule",
    "Restoration",
    "Source",
    "Unfetched",
]
