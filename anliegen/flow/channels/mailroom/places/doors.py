"""The way into a source, whatever its kind."""

from contextlib import AbstractContextManager

from anliegen.flow.channels.mailroom.places import imap, local, pop3
from anliegen.flow.channels.mailroom.places.place import Place
from anliegen.flow.channels.models import Source

SESSION_S = 540.0  # one round


def opened(source: Source, *, lasts_s: float = SESSION_S) -> AbstractContextManager[Place]:
    """The mailbox or folder of this source. Raises SourceRefused, or an EgressError, IMAPError or POPError."""
    match source.kind:
        case "imap":
            return imap.opened(source, lasts_s=lasts_s)
        case "pop3":
            return pop3.opened(source, lasts_s=lasts_s)
    return local.opened(source, lasts_s=lasts_s)
