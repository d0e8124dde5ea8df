"""Do browsers and mail servers still trust us and those we send through? Asked by connecting as they would."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings

from anliegen.flow.channels.mailroom.send import PURPOSE as MAIL
from anliegen.flow.channels.mailroom.send import register_mail_server
from anliegen.ground import clock, egress
from anliegen.ground.journal.actors import SYSTEM
from anliegen.oversight.measurement.findings import Finding, judged

PURPOSE = "certificate"
SOON = timedelta(days=14)
HTTPS = 443


def certificate() -> Iterator[Finding]:
    """The certificate of ANLIEGEN_BASE_URL, as people's browsers see it."""
    parts = urlsplit(settings.ANLIEGEN_BASE_URL)
    if parts.scheme != "https":
        return
    try:
        _register(parts.hostname or "", parts.port or HTTPS)
        seen = egress.website_certificate(settings.ANLIEGEN_BASE_URL, purpose=PURPOSE)
    except egress.Failed as problem:
        yield Finding(
            "certificate of the address", False, str(problem), "Renew it, for this very name, at the proxy in front."
        )
    except egress.EgressError as problem:
        yield Finding(
            "certificate of the address",
            False,
            str(problem),
            "Does the proxy in front run? Where this machine alone cannot reach the name, put it into /etc/hosts.",
        )
    else:
        yield _lasting("certificate of the address", seen, "Renew it at the proxy in front.")


def mail_server() -> Iterator[Finding]:
    """A session with the server of ANLIEGEN_SMTP_URL, up to where a mail would be handed over."""
    url = settings.ANLIEGEN_SMTP_URL
    if url is None:
        return
    try:
        register_mail_server()
        with egress.smtp(url, purpose=MAIL) as session:
            seen = egress.session_certificate(session)
    except egress.TurnedAway as no:
        yield Finding("mail session", False, str(no), "Are user name and password in ANLIEGEN_SMTP_URL still right?")
    except egress.EgressError as problem:
        advice = "Mails wait and are tried again for two days. Check ANLIEGEN_SMTP_URL and the server."
        yield Finding("mail session", False, str(problem), advice)
    else:
        yield Finding("mail session", True, "answers")
        if seen is not None:
            yield _lasting("certificate of the mail server", seen, "Tell who runs it: after that no mail is sent.")


def _lasting(check: str, seen: egress.Certificate, advice: str) -> Finding:
    """One that lasts for days only is renewed late in its life, so the same days say nothing about it."""
    left, life = seen.ends_at - clock.now(), seen.ends_at - seen.begins_at
    return judged(check, left > min(SOON, life / 4), f"good until {seen.ends_at:%Y-%m-%d}, {left.days} days", advice)


def _register(host: str, port: int) -> None:
    """What the operator set in the environment is a decision: the register of destinations says so too."""
    egress.register(
        scheme="https",
        host=host,
        port=port,
        purpose=PURPOSE,
        name="ANLIEGEN_BASE_URL",
        responsible="ANLIEGEN_BASE_URL",
        allow_private=True,  # behind the proxy the name may lead to this very machine
        timeout_s=10,
        actor=SYSTEM,
        at=clock.now(),
    )
