"""Which Anliegen this is: a mark on our mails, so that our own are known when they come back."""

import hashlib
from functools import cache

from anliegen.ground import secrets


@cache
def instance_id() -> str:
    """A public name of this instance, drawn from a key that stays with its data."""
    return hashlib.sha256(b"instance " + secrets.key("instance")).hexdigest()[:20]


@cache
def reply_key() -> bytes:
    """What signs reply addresses."""
    return secrets.key("reply_addresses")
