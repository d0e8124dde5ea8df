"""How often one sender may do what anybody may do. Counted in the table `rate_limits`, so over all web processes."""

import ipaddress
import time

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import crypto

MINUTE, HOUR = 60, 3600


def allows(what: str, who: str, *, most: int, within_s: int) -> bool:
    """Count one more and say whether that is still within the limit. `who` is kept as a digest, for this long only."""
    window = int(time.time()) // within_s
    digest = crypto.salted_hmac(f"anliegen.limit.{what}.{window}", who, algorithm="sha256").hexdigest()[:32]
    key = f"portal.{what}.{digest}"
    counted = cache.get(key, 0) + 1
    cache.set(key, counted, within_s)
    return bool(counted <= most)


def sender(request: HttpRequest) -> str:
    """The sender's network address; of IPv6 the part that one connection shares."""
    given = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
