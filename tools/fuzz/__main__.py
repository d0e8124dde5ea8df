"""Damage mails at random and see whether each is still understood. `python -m tools.fuzz [--mails N] [--seed S]`.

The same seed gives the same mails; `--first N` goes on where a run was broken off. Each mail that breaks a rule is
shrunk and kept in `--finds`; then it ends with 1.
With `--ledger N` every Nth mail that breaks none also goes through intake, in an instance made for this run.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from tools.corpus import data
from tools.fuzz.check import broken_rule
from tools.fuzz.mutate import mutate
from tools.fuzz.scratch import scratch
from tools.fuzz.seeds import seeds

_TRIES_TO_SHRINK = 2_000


Rule = Callable[[bytes], str | None]


def main() -> int:
    options = _options()
    if not options.ledger:
        return run(options, lambda mail: None)
    with scratch():
        from tools.fuzz import ledger  # noqa: PLC0415  # slow import: its models need an instance

        ledger.open_the_brakes()
        return run(options, ledger.broken_rule)


def run(options: argparse.Namespace, in_the_ledger: Rule) -> int:
    folders = (data.folder(),) if data.is_there() else ()
    begin = seeds(folders)
    print(f"{len(begin)} healthy mails, {options.mails} damaged ones, seed {options.seed}", file=sys.stderr)
    began, finds, slowest, taken_in = time.monotonic(), 0, (0.0, 0), 0
    for number in range(options.first, options.first + options.mails):
        mail = damaged(begin, options.seed, number)
        before = time.process_time()
        rule = broken_rule(mail)
        slowest = max(slowest, (time.process_time() - before, number))
        small = shrunk(mail, rule) if rule else mail
        if not rule and options.ledger and number % options.ledger == 0:
            rule, taken_in = in_the_ledger(mail), taken_in + 1
        if rule:
            finds += 1
            _keep(options.finds, f"{options.seed}-{number}", mail, small, rule)
        if (done := number + 1 - options.first) % 1_000 == 0:
            _say(done, finds)
        if options.minutes and time.monotonic() - began > 60 * options.minutes:
            options.mails = done
            break
    figures = {
        "mails": options.mails,
        "seed": options.seed,
        "taken_in": taken_in,
        "finds": finds,
        "slowest_s": round(slowest[0], 3),
        "slowest_mail": slowest[1],
        "minutes": round((time.monotonic() - began) / 60, 1),
    }
    print(json.dumps(figures) if options.json else "\n".join(f"{name:12}{value}" for name, value in figures.items()))
    return 1 if finds else 0


def _say(done: int, finds: int) -> None:
    """How far it is: rewritten in place for a person, a line now and then where it is kept."""
    if sys.stderr.isatty():
        print(f"\r{done} mails, {finds} finds", end="", file=sys.stderr)
    elif done % 10_000 == 0:
        print(f"{done} mails, {finds} finds", file=sys.stderr, flush=True)


def damaged(begin: list[bytes], seed: int, number: int) -> bytes:
    """The mail of this number: by itself, so that any one can be made again without those before it."""
    chance = Random(f"{seed}.{number}")  # noqa: S311  # damage needs no secrecy
    return mutate(chance.choice(begin), chance, begin)


def shrunk(mail: bytes, rule: str) -> bytes:
    """The mail without whatever is not needed to break the rule."""
    kind, tries, size = rule.split(":")[0], 0, max(1, len(mail) // 2)
    while size >= 1 and tries < _TRIES_TO_SHRINK:
        at = 0
        while at < len(mail) and tries < _TRIES_TO_SHRINK:
            tries += 1
            smaller = mail[:at] + mail[at + size :]
            again = broken_rule(smaller)
            if again and again.split(":")[0] == kind:
                mail = smaller
            else:
                at += size
        size //= 2
    return mail


def _keep(folder: Path, name: str, whole: bytes, small: bytes, rule: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}-whole.eml").write_bytes(whole)
    (folder / f"{name}.eml").write_bytes(small)
    print(f"\n{folder / name}.eml: {rule}: {small[:200]!r}", file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, metavar="N", help="the number of the first one")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so many, 0 for never")
    parser.add_argument("--finds", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--ledger", type=int, default=0, metavar="N", help="take in every Nth as well, 0 for none")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
