"""How often somebody may try to log in: nobody guesses for long, and nobody is locked out by another's guesses.

django-allauth counts per sender, or per address wherever it is tried; it has no limit for the two together.
"""

import hashlib

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

# For one address from one sender; and for one address from anywhere, which only a guesser with many senders reaches.
LIMITS = {"login_here": "5/5m/key", "login_anywhere": "100/h/key"}
KNOWN_FOR_S = 30 * 24 * 3600


class TooMany(Exception):
    """This address was tried too often."""


class Attempt:
    """One attempt with an address. It counts from its beginning, so that many at once count too. Raises TooMany."""

    def __init__(self, request: HttpRequest, address: str) -> None:
        self._request, self._address = request, address.strip().lower()
        self._here = f"{ratelimit.get_ip(request)} {self._address}"
        self._used = [self._count("login_here", self._here)]
        if not cache.get(self._known):
            self._used.append(self._count("login_anywhere", self._address))

    def succeeded(self) -> None:
        """It counts no more, and for a month this sender is no stranger to this address."""
        for each in self._used:
            each.rollback()
        cache.set(self._known, True, KNOWN_FOR_S)

    @property
    def _known(self) -> str:
        return f"anliegen.login.{hashlib.sha256(self._here.encode()).hexdigest()}"

    def _count(self, action: str, key: str) -> ratelimit.RateLimitUsage:
        used = ratelimit.consume(self._request, app="anliegen", action=action, config=LIMITS, key=key)
        if used is None:
            raise TooMany
        return used
