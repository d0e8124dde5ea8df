"""A text is read once, however many readers of the journal ask what speaks out of it."""

import threading
from collections import OrderedDict
from hashlib import blake2b

from anliegen.flow.automation.signals.reading import Signal, read

KEPT = 1000  # texts, of which no word is kept: the places of the words, under a hash

_known: OrderedDict[bytes, tuple[Signal, ...]] = OrderedDict()
_lock = threading.Lock()


def signals_of(text: str) -> tuple[Signal, ...]:
    """What `reading.read` says of it."""
    key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    with _lock:
        if (kept := _known.get(key)) is not None:
            return kept
    found = read(text)
    with _lock:
        _known[key] = found
        if len(_known) > KEPT:
            _known.popitem(last=False)
    return found
