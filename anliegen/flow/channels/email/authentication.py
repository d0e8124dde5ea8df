"""What the operator's own mail server found out about the sender (RFC 8601)."""

import re
from collections.abc import Collection

from anliegen.flow.channels.email import headers
from anliegen.flow.channels.email.defects import Defects
from anliegen.flow.channels.email.mime import Part
from anliegen.flow.channels.incoming import Authentication

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\b(spf|dkim|dmarc)\s{0,3}=\s{0,3}([a-z]{2,20})", re.IGNORECASE)


def read(root: Part, trusted: Collection[str], defects: Defects) -> Authentication:
    """Results of the servers named in `trusted` (authserv-ids). Anybody can write this field: others count nothing."""
    names = {name.lower() for name in trusted}
    found: dict[str, str] = {}
    for value in root.all("authentication-results") if names else ():
        text = _COMMENT.sub(" ", headers.text_of(value, defects))
        server = text.split(";", 1)[0].split()
        if not server or server[0].lower() not in names:
            continue
        for method, result in _RESULT.findall(text):
            name, outcome = method.lower(), result.lower()
            # One good signature is enough: lists and newsletters add broken ones beside it.
            if name not in found or (name == "dkim" and outcome == "pass"):
                found[name] = outcome
    return Authentication(spf=found.get("spf"), dkim=found.get("dkim"), dmarc=found.get("dmarc"))
