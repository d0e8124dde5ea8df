"""The only door to the network outside: registered destinations, checked addresses, limits, and a ledger of every call.

    from anliegen.ground import egress
    egress.fetch("GET", "https://example.org/", purpose="webhook")

The functions need Django's models, which are not there yet when Django loads this app; so they are looked up on use.
"""

from typing import TYPE_CHECKING

from anliegen.ground.egress.errors import (
    EgressError,
    Failed,
    InsideTransaction,
    Refused,
    TimedOut,
    TooLarge,
    TurnedAway,
    Unreachable,
)

if TYPE_CHECKING:
    from anliegen.ground.egress.actions import register, withdraw
    from anliegen.ground.egress.certificates import Certificate, website_certificate
    from anliegen.ground.egress.mail import Session, SMTPError, patiently, session_certificate, smtp
    from anliegen.ground.egress.mailbox import IMAPClient, IMAPError, POPClient, POPError, imap, pop3
    from anliegen.ground.egress.web import Response, fetch

__all__ = [
    "Certificate",
    "EgressError",
    "Failed",
    "IMAPClient",
    "IMAPError",
    "InsideTransaction",
    "POPClient",
    "POPError",
    "Refused",
    "Response",
    "SMTPError",
    "Session",
    "TimedOut",
    "TooLarge",
    "TurnedAway",
    "Unreachable",
    "fetch",
    "imap",
    "patiently",
    "pop3",
    "register",
    "session_certificate",
    "smtp",
    "website_certificate",
    "withdraw",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(name)
    from anliegen.ground.egress import actions, certificates, mail, mailbox, web  # noqa: PLC0415  # slow import

    for module in (web, mail, mailbox, certificates, actions):
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(name)
