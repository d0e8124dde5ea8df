"""The process in which OpenPGP is opened and checked: one question on standard input, one answer on standard output.

Each is a line of JSON and bytes behind it. It imports nothing of ours, reads no file, and has an end to its memory and
its time, which it is told in seconds of computing: run by `pgp.py`, never imported.
"""

import base64
import json
import sys
import warnings
from typing import Any

import pysequoia

MEMORY = 400_000_000  # bytes of address space


def main() -> None:
    _limit(int(sys.argv[1]))
    question = json.loads(sys.stdin.buffer.readline())
    question["content"] = sys.stdin.buffer.read(question["content"])
    question["signature"] = sys.stdin.buffer.read(question["signature"])
    try:
        answer = {"open": _open, "check": _check, "keys": _keys}[question["action"]](question)
    except MemoryError:
        answer = _answer(reason="too-large")
    content = answer.pop("opened", b"")
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.write(content)


def _limit(seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415  # optional dependency: Windows has none
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold keys


class _Store:
    """Gives out the certificates it has, and remembers which were asked for."""

    def __init__(self, question: dict[str, Any]) -> None:
        self.certificates = [pysequoia.Cert.from_bytes(_bytes(each)) for each in question["people"]]
        self.asked: list[str] = []

    def __call__(self, names: list[str]) -> list[Any]:
        self.asked += names
        return self.certificates

    def knows_one(self) -> bool:
        """Whether a certificate holds the key of one of the signatures: it then carries that key's fingerprint."""
        return any(bytes.fromhex(name)[-8:] in bytes(each) for name in self.asked for each in self.certificates)


def _open(question: dict[str, Any]) -> dict[str, Any]:
    content, store = question["content"], _Store(question)
    if not question["is_encrypted"]:
        try:
            # Any key: one is wanted, none is used.
            return _opened(content, pysequoia.Tsk.generate("nobody").decryptor(), store, question["largest"])
        except MemoryError:
            raise
        except Exception:
            return _answer(reason="damaged")
    reason = "no-key"
    for own in question["own"]:
        try:
            opener = pysequoia.Tsk.from_bytes(_bytes(own["key"])).decryptor(own["passphrase"] or None)
        except Exception:
            reason = "passphrase"
            continue
        try:
            return _opened(content, opener, store, question["largest"])
        except MemoryError:
            raise
        except Exception as error:
            first_line = str(error).partition("\n")[0]
            reason = reason if "No key" in first_line else _reason(first_line)
    return _answer(reason=reason)


def _opened(content: bytes, opener: Any, store: _Store, largest: int) -> dict[str, Any]:
    """With its signature where that is good; else without, and what is wrong with the signature."""
    state: dict[str, str] = {}
    try:
        done = pysequoia.decrypt(content, opener, store)
    except MemoryError:
        raise
    except Exception:
        # Sequoia gives nothing when no signature is good, in several kinds of errors. What does not open fails again.
        done = pysequoia.decrypt(content, opener)
        if store.asked:
            state = {"signature": "fail" if store.knows_one() else "unchecked", "signer": store.asked[0].upper()}
    return _answer(reason="too-large") if len(done.bytes or b"") > largest else _answer(done, store) | state


def _check(question: dict[str, Any]) -> dict[str, Any]:
    """A signature beside its content, or around it (a text signed in clear)."""
    store, beside = _Store(question), question["signature"]
    try:
        signature = pysequoia.Sig.from_bytes(beside) if beside else None
        return _answer(pysequoia.verify(question["content"], store, signature=signature), store)
    except Exception:
        signer = store.asked[0].upper() if store.asked else ""
        return _answer() | {"signature": "fail" if store.knows_one() else "unchecked", "signer": signer}


def _keys(question: dict[str, Any]) -> dict[str, Any]:
    passphrase = question["own"][0]["passphrase"] or None
    try:
        found = pysequoia.Cert.split_bytes(question["content"])
    except Exception:
        found = []
    return {"keys": [_described(each, passphrase) for each in found[:100]]}


def _described(key: Any, passphrase: str | None) -> dict[str, Any]:
    private = _private(key)
    opens = False
    if private is not None:
        try:
            private.decryptor(passphrase)
            private.signer(passphrase)
            opens = True
        except Exception:
            opens = False
    return {
        "fingerprint": key.fingerprint,
        "people": [str(person) for person in key.user_ids][:20],
        "is_private": private is not None,
        "expires": key.expiration.isoformat() if key.expiration else "",
        "content": _text(bytes(private) if private is not None else bytes(key)),
        "public": _text(bytes(key)),
        "opens": opens,
    }


def _private(key: Any) -> Any:
    """The private key in it, or None for a certificate of somebody else."""
    with warnings.catch_warnings():
        # The only way to take several keys of one file apart with their secrets.
        warnings.simplefilter("ignore", DeprecationWarning)
        return key.secrets if key.has_secret_keys else None


def _answer(done: Any = None, store: _Store | None = None, *, reason: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"reason": reason, "signature": "", "signer": "", "people": []}
    if done is not None and done.bytes is not None:
        made["opened"] = bytes(done.bytes)
    if done is not None and store is not None and done.valid_sigs:
        by = done.valid_sigs[0].certificate
        signer = next((each for each in store.certificates if each.fingerprint == by), None)
        people = [str(person) for person in signer.user_ids][:20] if signer else []
        made |= {"signature": "good", "signer": by, "people": people}
    return made


def _reason(error: str) -> str:
    if "Malformed" in error or "EOF" in error:
        return "damaged"
    return "method" if "nsupported" in error or "policy" in error.lower() else "damaged"


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


if __name__ == "__main__":
    main()
