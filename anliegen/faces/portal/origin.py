"""Does a form come from a page of ours? The browser says so itself, without a cookie."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def is_ours(request: HttpRequest) -> bool:
    """False when the browser names another page as the sender.

    Browsers send `Sec-Fetch-Site` with every request, older ones `Origin` with every form. What sends neither is no
    browser, and so no foreign page either.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    sender = request.headers.get("Origin")
    if sender is None or sender == "null":
        return True
    return urlsplit(sender).netloc in (request.get_host(), urlsplit(settings.ANLIEGEN_BASE_URL).netloc)
