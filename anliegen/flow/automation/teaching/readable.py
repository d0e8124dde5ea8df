"""Whether the file of a version can be read here, for the pages that tell of it: the process that shows them need not
be the one that sorts."""

import time

from anliegen.flow.automation.learning import encoders
from anliegen.flow.automation.learning.keeping import UnknownFormat, check
from anliegen.flow.automation.models import Learnt
from anliegen.ground import files

LOOK_AGAIN_S = 60.0

_seen: dict[tuple[str, str], tuple[float, str]] = {}  # of a file and its encoder: when, and what was found


def trouble(learnt: Learnt) -> str:
    """Why it cannot be read: `encoder`, `missing`, `damaged`, `format`; empty where it can. The file is looked at
    once a minute at most."""
    key = (learnt.sha256, learnt.encoder)
    at, found = _seen.get(key, (float("-inf"), ""))
    if time.monotonic() - at > LOOK_AGAIN_S:
        found = _trouble(learnt)
        _seen[key] = time.monotonic(), found
    return found


def forget() -> None:
    """Look anew at each."""
    _seen.clear()


def _trouble(learnt: Learnt) -> str:
    name = None if learnt.encoder == "none" else learnt.encoder
    if name is not None and name not in encoders.installed():
        return "encoder"
    try:
        check(files.get(learnt.sha256), name)
    except files.FileMissing:
        return "missing"
    except (files.FileDamaged, OSError):
        return "damaged"
    except UnknownFormat:
        return "format"
    return ""
