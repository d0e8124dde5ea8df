"""How good the learning is on public sets, each split by the same rule every time, so that a figure can be seen again.

`python -m tools.splits FOLDER [--encoder NAME] [--few DRAWS]`: the folder holds `banking77-train.csv`,
`clinc150-train.csv`, `clinc150-val.csv`, `clinc150-oos_val.csv` and `german-chatbot-train.csv`, with columns
`text,label`; a set that is not there is left out and said. Of BANKING77 a tenth of each category is kept for the test,
of the German set a fifth; CLINC150 is tried on its own validation files. Nothing of a test is learnt from. With few
examples, ten of each category are drawn anew for each draw, and all the others are the test.
"""

import argparse
import csv
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from anliegen.flow.automation.learning import encoders
from anliegen.flow.automation.learning.choose import encoder_for
from anliegen.flow.automation.learning.evaluate import evaluate
from anliegen.flow.automation.learning.example import Example

SEED = 2026
FEW = 10
UNKNOWN = "oos"
SHOWN = ("accuracy", "in_scope_accuracy", "in_scope_accepted", "unknown_recall", "ece")

Split = tuple[list[Example], list[Example]]
Choose = Callable[[Sequence[Example]], encoders.Encoder | None]


def of_each(examples: Sequence[Example], number: Callable[[int], int], seed: int) -> Split:
    """Of each category so many as `number` says of its size, by chance, and all the others."""
    chance = random.Random(seed)  # noqa: S311  # a draw, no secret
    of_label: dict[str, list[Example]] = defaultdict(list)
    for one in examples:
        of_label[one.label].append(one)
    drawn: list[Example] = []
    rest: list[Example] = []
    for label in sorted(of_label):
        mixed = chance.sample(of_label[label], len(of_label[label]))
        taken = number(len(mixed))
        drawn += mixed[:taken]
        rest += mixed[taken:]
    return drawn, rest


def read(folder: Path, *names: str) -> list[Example]:
    """The examples of some files together. Raises FileNotFoundError."""
    found: list[Example] = []
    for name in names:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            found += [Example(row["text"], row["label"]) for row in csv.DictReader(file)]
    return found


def splits(folder: Path, draws: int) -> Iterator[tuple[str, Callable[[], Split]]]:
    """The name of each split and how to make it."""

    def banking() -> Split:
        test, train = of_each(read(folder, "banking77-train.csv"), lambda size: round(size / 10), SEED)
        return train, test

    def german() -> Split:
        test, train = of_each(read(folder, "german-chatbot-train.csv"), lambda size: round(size / 5), SEED)
        return train, test

    def clinc() -> Split:
        return read(folder, "clinc150-train.csv"), read(folder, "clinc150-val.csv", "clinc150-oos_val.csv")

    def few(draw: int) -> Split:
        return of_each(read(folder, "banking77-train.csv"), lambda _size: FEW, SEED + draw)

    yield "BANKING77", banking
    yield "CLINC150", clinc
    yield "German chatbot", german
    for draw in range(draws):
        yield f"BANKING77, {FEW} of each, draw {draw + 1}", lambda draw=draw: few(draw)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--encoder", help="use, minilm or none; when left out, the one that hears the examples best")
    parser.add_argument("--few", type=int, default=3, metavar="DRAWS", help="draws of few examples")
    asked = parser.parse_args(arguments)
    try:
        chosen = chooser(asked.encoder)
    except encoders.EncoderMissing as error:
        parser.error(str(error))
    heads = " ".join(f"{name:>17}" for name in SHOWN)
    print(f"{'':36} {'train':>6} {'test':>6} {heads}  seconds   ms  encoder", flush=True)
    for name, made in splits(asked.folder, asked.few):
        print(tried(name, made, chosen), flush=True)
    return 0


def chooser(name: str | None) -> Choose:
    """How the encoder for some examples is found. Raises EncoderMissing."""
    if name is None:
        return encoder_for
    by = encoders.named(name)
    return lambda _examples: by


def tried(name: str, made: Callable[[], Split], chosen: Choose) -> str:
    """One row of the table, also where there is nothing to try."""
    try:
        train, test = made()
    except FileNotFoundError as missing:
        return f"{name:36} left out: {Path(missing.filename).name} is not there"
    return line(name, len(train), len(test), evaluate(train, test, encoder=chosen, unknown=UNKNOWN))


def line(name: str, train: int, test: int, figures: dict[str, Any]) -> str:
    """What was found of one split: per cent, seconds of learning, milliseconds of one answer (95th percentile)."""
    shares = " ".join(f"{figures[key] * 100:17.1f}" if figures[key] is not None else f"{'':17}" for key in SHOWN)
    times = f"{figures['train_seconds']:8.1f} {figures['ms_per_message']:4.1f}"
    return f"{name:36} {train:6} {test:6} {shares} {times}  {figures['encoder']}"


if __name__ == "__main__":
    sys.exit(main())
