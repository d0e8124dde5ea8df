"""Is the sender who they say? From single findings to one verdict, and to the words for it. Pure.

The verdict is kept as a short code: `confirmed`, `unconfirmed` or `failed`, then what it rests on, as in
`failed spf=fail dmarc=fail`. Empty: nobody whom we trust has looked. `vouched`: a colleague has made sure.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from anliegen.flow.channels.email.authentication import METHODS, Finding, read

CONFIRMED, UNCONFIRMED, FAILED, VOUCHED = "confirmed", "unconfirmed", "failed", "vouched"
NAMES = {"spf": "SPF", "dkim": "DKIM", "dmarc": "DMARC", "arc": "ARC"}
RESULTS = {
    "pass": pgettext_lazy("check", "passed"),
    "fail": pgettext_lazy("check", "failed"),
    "hardfail": pgettext_lazy("check", "failed"),
    "softfail": pgettext_lazy("check", "rather failed"),
    "none": pgettext_lazy("check", "nothing to check"),
    "neutral": pgettext_lazy("check", "says nothing"),
    "policy": pgettext_lazy("check", "not accepted"),
    "temperror": pgettext_lazy("check", "could not be checked just then"),
    "permerror": pgettext_lazy("check", "could not be checked"),
}


def judge(found: Sequence[Finding], address: str) -> str:
    """The code for a mail whose author is `address`, from what was found out about it."""
    if not found:
        return ""
    told = read(found)
    basis = [f"{name}={result}" for name in METHODS if (result := getattr(told, name))]
    return " ".join([_verdict(found, domain_of(address)), *basis])[:80]


def verdict_of(code: str) -> str:
    return code.partition(" ")[0]


def words(code: str, address: str) -> str:
    """The verdict in one sentence; empty when nobody has looked."""
    sentence = _sentence(code)
    return _(sentence) % {"domain": domain_of(address) or address or "?"} if sentence else ""


def in_english(code: str, address: str) -> str:
    """The same for programs; needs no language to be set up."""
    return _sentence(code) % {"domain": domain_of(address) or address or "?"}


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for the catalogue. Django's own wants a language set up, and programs ask without one."""
    return sentence


def _sentence(code: str) -> str:
    match verdict_of(code):
        case "confirmed":
            return gettext_noop("The mail server confirms: comes from %(domain)s")
        case "unconfirmed":
            return gettext_noop("Not confirmed that it comes from %(domain)s")
        case "failed":
            return gettext_noop("Caution: pretends to come from %(domain)s")
        case "vouched":
            return gettext_noop("A colleague has made sure that it comes from %(domain)s")
    return ""


def basis(code: str) -> str:
    """What the verdict rests on, such as `SPF failed, DMARC failed`."""
    pairs = [part.partition("=") for part in code.split(" ")[1:] if "=" in part]
    return ", ".join(f"{NAMES.get(name, name)} {RESULTS.get(result, result)}" for name, _sign, result in pairs)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].strip().rstrip(".").lower() if "@" in address else ""


def aligned(one: str, other: str) -> bool:
    """Whether two domains are the same or one lies in the other (RFC 7489, 3.1, relaxed, without a list of registries:
    of two neighbours under one roof neither is taken for the other)."""
    one, other = one.rstrip("."), other.rstrip(".")
    if not one or not other or "." not in min(one, other, key=len):
        return False
    return one == other or one.endswith("." + other) or other.endswith("." + one)


def _verdict(found: Sequence[Finding], domain: str) -> str:
    told = read(found)
    dmarc = next((finding for finding in found if finding.method == "dmarc"), None)
    if dmarc is not None and dmarc.result == "pass":
        looked_at = dmarc.properties.get("header.from", domain)
        return CONFIRMED if aligned(domain_of(f"@{looked_at}"), domain) else UNCONFIRMED
    if dmarc is not None and dmarc.result == "fail":
        # Who passed it on in good order (a list, a forwarding) may have broken what was proved before.
        return UNCONFIRMED if told.arc == "pass" else FAILED
    if any(finding.result == "pass" and _speaks_for(finding, domain) for finding in found):
        return CONFIRMED
    is_refused = any(
        finding.method == "spf" and finding.result in ("fail", "hardfail") and _concerns(finding, domain)
        for finding in found
    )
    return FAILED if is_refused and told.dkim != "pass" and told.arc != "pass" else UNCONFIRMED


def _speaks_for(finding: Finding, domain: str) -> bool:
    if finding.method == "dkim":
        signer = finding.properties.get("header.d") or domain_of(finding.properties.get("header.i", ""))
        return aligned(signer, domain)
    return finding.method == "spf" and aligned(_envelope(finding), domain)


def _concerns(finding: Finding, domain: str) -> bool:
    """Whether a refusal of the envelope's sender says something about the author."""
    envelope = _envelope(finding)
    return not envelope or aligned(envelope, domain)


def _envelope(finding: Finding) -> str:
    sender = finding.properties.get("smtp.mailfrom") or finding.properties.get("smtp.mail") or ""
    return domain_of(sender if "@" in sender else f"@{sender}").strip("<>")
