"""How the learning begins: messages come one by one, an agent says of each what it is about, and it learns from that.

`python -m tools.coldstart CSV [--unknown CSV] [--encoder NAME] [--picture FILE]`: a line for each 500 messages with the
share it would have settled without asking and how many of those were wrong, since the last line and in all.
"""

import argparse
import csv
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from anliegen.flow.automation.learning import encoders
from tools.apprentice import Apprentice

EVERY = 500
WIDE, HIGH, EDGE = 720, 300, 48
MOST_WRONG = 10.0  # per cent, where the picture ends


@dataclass
class Stretch:
    """So many messages of the stream, and what became of them."""

    until: int
    messages: int = 0
    applied: int = 0
    wrong: int = 0

    @property
    def share(self) -> float:
        return self.applied / self.messages if self.messages else 0.0

    @property
    def error(self) -> float:
        return self.wrong / self.applied if self.applied else 0.0


def practise(stream: Iterable[tuple[str, str | None]], apprentice: Apprentice) -> Iterator[Stretch]:
    """Each message is suggested for, then told; a stretch is given when it is whole."""
    stretch = Stretch(EVERY)
    for text, label in stream:
        suggested = apprentice.suggest(text)
        stretch.messages += 1
        if suggested is not None and suggested.is_applied:
            stretch.applied += 1
            stretch.wrong += suggested.answer.label != label
        apprentice.told(text, label, suggested)
        if stretch.messages == EVERY:
            yield stretch
            stretch = Stretch(stretch.until + EVERY)


def read(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["label"]) for row in csv.DictReader(file)]


def picture(stretches: Sequence[Stretch]) -> str:
    """The share applied and the error among it, as SVG; the bound is the line at 5 per cent."""
    last = stretches[-1].until

    def line(values: Sequence[float], css: str) -> str:
        points = (
            f"{EDGE + (WIDE - 2 * EDGE) * each.until / last:.1f},{HIGH - EDGE - (HIGH - 2 * EDGE) * value:.1f}"
            for each, value in zip(stretches, values, strict=True)
        )
        return f'<polyline points="{" ".join(points)}" {css}/>'

    def text(across: int, down: int, colour: str, words: str) -> str:
        return f'<text x="{across}" y="{down}" fill="{colour}" font-family="sans-serif" font-size="12">{words}</text>'

    bound = HIGH - EDGE - (HIGH - 2 * EDGE) * 5 / MOST_WRONG
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img" fill="none">',
            "<title>Share applied without asking, and error among it, by messages handled</title>",
            f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>',
            f'<path d="M{EDGE} {bound:.1f}H{WIDE - EDGE}" stroke="#b3261e" stroke-dasharray="4 4"/>',
            f'<path d="M{EDGE} {EDGE}V{HIGH - EDGE}H{WIDE - EDGE}" stroke="#555"/>',
            line([each.share for each in stretches], 'stroke="#1a5fb4" stroke-width="3"'),
            line([min(1.0, each.error * 100 / MOST_WRONG) for each in stretches], 'stroke="#b3261e" stroke-width="2"'),
            text(EDGE, EDGE - 12, "#1a5fb4", "applied without asking (0 to 100 %)"),
            text(WIDE // 2, EDGE - 12, "#b3261e", f"wrong among these (0 to {MOST_WRONG:.0f} %; dashed: 5 %)"),
            text(WIDE - 2 * EDGE, HIGH - EDGE + 20, "#333", f"{last} messages"),
            "</svg>",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("examples", type=Path)
    parser.add_argument("--unknown", type=Path, help="messages that fit no category, mixed in")
    parser.add_argument("--encoder", default="none")
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", type=Path)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311  # an order, no secret
    stream: list[tuple[str, str | None]] = [*read(asked.examples)]
    chance.shuffle(stream)
    stream = stream[: asked.messages]
    if asked.unknown is not None:
        strange: list[tuple[str, str | None]] = [(text, None) for text, _label in read(asked.unknown)]
        stream = [*stream[: max(0, asked.messages - len(strange))], *strange]
        chance.shuffle(stream)
    print("messages  applied  wrong among applied  since the beginning", flush=True)
    whole, done = Stretch(0), []
    for stretch in practise(stream, Apprentice(encoder=encoders.named(asked.encoder))):
        done.append(stretch)
        whole.applied, whole.wrong = whole.applied + stretch.applied, whole.wrong + stretch.wrong
        print(f"{stretch.until:8}  {stretch.share:7.1%}  {stretch.error:19.2%}  {whole.error:.2%}", flush=True)
    if asked.picture is not None and done:
        asked.picture.write_text(picture(done), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
