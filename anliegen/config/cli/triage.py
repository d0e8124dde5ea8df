"""`anliegen triage`: how good the way of learning is on somebody's own examples. Needs no instance."""

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from anliegen.config.cli.program import AsJson, instance, program, refuse, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from anliegen.flow.automation.learning.encoders import Encoder
    from anliegen.flow.automation.learning.example import Example
    from anliegen.flow.automation.learning.model import Answer

triage = typer.Typer(
    no_args_is_help=True, help="What messages are about: try out the learning on examples of your own."
)
program.add_typer(triage, name="triage")

Train = Annotated[Path, typer.Option("--train", help="Examples to learn from: CSV with the columns text,label.")]
Test = Annotated[Path, typer.Option("--test", help="Messages to answer: CSV with the columns text,label.")]
Unknown = Annotated[str | None, typer.Option("--unknown", help="The label of those that fit no category.")]
EncoderName = Annotated[
    str | None,
    typer.Option("--encoder", help="use, minilm or none; when left out, the one that hears the examples best."),
]


@triage.command()
def evaluate(
    train: Train, test: Test, unknown: Unknown = None, encoder: EncoderName = None, as_json: bool = AsJson
) -> None:
    """Learn from some examples, answer others, and say how good that was."""
    from anliegen.flow.automation.learning import evaluate as evaluation  # noqa: PLC0415  # slow import
    from anliegen.flow.automation.learning.learn import TooLittle  # noqa: PLC0415  # slow import

    known, asked = _read(train), _read(test)
    try:
        figures = evaluation.evaluate(known, asked, encoder=_chooser(encoder), unknown=unknown)
    except TooLittle as error:
        refuse(f"Nothing was learnt: {error}.")
    words = "\n".join(f"{name}: {'-' if value is None else value}" for name, value in figures.items())
    say(figures, as_json=as_json, words=words)


@triage.command()
def predict(train: Train, test: Test, unknown: Unknown = None, encoder: EncoderName = None) -> None:
    """Learn from some examples and say of each other message what it is about, how sure that is, and why: one JSON
    line each."""
    from anliegen.flow.automation.learning.learn import TooLittle, learn  # noqa: PLC0415  # slow import

    known, asked = [one for one in _read(train) if one.label != unknown], _read(test, labelled=False)
    try:
        model = learn(known, encoder=_chooser(encoder)(known))
    except TooLittle as error:
        refuse(f"Nothing was learnt: {error}.")
    came_before = [*(one.text for one in known), *model.labels]
    for one in asked:
        answer = model.answer([one.text])[0]
        print(json.dumps(_told(one.text, answer, came_before[answer.nearest]), ensure_ascii=False))


def _told(text: str, answer: "Answer", nearest: str) -> dict[str, Any]:
    """`label` is the best guess also where the answer abstains from it; `fits_none`: it abstains because none fits."""
    reasons: list[dict[str, Any]] = [{"kind": "word", "word": word, "share": round(by, 3)} for word, by in answer.words]
    if not reasons:
        reasons.append({"kind": "no-known-word"})
    reasons.append({"kind": "like", "text": nearest, "likeness": round(answer.likeness, 2)})
    if answer.is_unknown:
        reasons.append(
            {"kind": "fits-none", "evidence": round(answer.evidence, 2), "likeness": round(answer.likeness, 2)}
        )
    return {
        "text": text,
        "label": answer.label,
        "confidence": round(answer.confidence, 4),
        "abstained": answer.is_unknown or not answer.is_sure,
        "fits_none": answer.is_unknown,
        "runner_up": {"label": answer.runner_up, "confidence": round(answer.runner_up_confidence, 4)},
        "reasons": reasons,
    }


def _chooser(name: str | None) -> "Callable[[Sequence[Example]], Encoder | None]":
    """How the encoder for some examples is found: the one of this name, or the one that hears them best."""
    from anliegen.flow.automation.learning import choose, encoders  # noqa: PLC0415  # slow import

    if name is None:
        return choose.encoder_for
    try:
        by = encoders.named(name)
    except encoders.EncoderMissing as error:
        _refuse_encoder(error)
    return lambda _examples: by


def _refuse_encoder(error: Exception) -> NoReturn:
    refuse(f"{str(error)[0].upper()}{str(error)[1:]}.")


@triage.command("learn")
def learn_command(
    encoder: EncoderName = None,
    nightly: Annotated[
        bool, typer.Option(help="Say nothing when nothing is new; look for missing topics, too.")
    ] = False,
    as_json: bool = AsJson,
) -> None:
    """Learn what this instance's agents said of its concerns. The model waits until a person lets it speak."""
    with instance():
        from anliegen.flow.automation.learning.encoders import EncoderMissing  # noqa: PLC0415  # slow import
        from anliegen.flow.automation.learning.learn import TooLittle  # noqa: PLC0415  # slow import
        from anliegen.flow.automation.teaching import lessons, missing  # noqa: PLC0415  # slow import
        from anliegen.ground import clock  # noqa: PLC0415  # slow import
        from anliegen.ground.journal.actors import Actor  # noqa: PLC0415  # slow import

        actor = Actor.rule("lessons")
        try:
            learnt = lessons.hold(actor=actor, at=clock.now(), encoder=encoder, anyway=not nightly)
        except EncoderMissing as error:
            _refuse_encoder(error)
        except lessons.TooManyTopics as error:
            refuse(f"Nothing was learnt: {error}. Take topics out of use, under Settings > Topics.")
        except (TooLittle, lessons.NothingNew) as error:
            if not nightly:
                refuse(f"Nothing was learnt: {error}.")
            learnt = None
        if nightly:
            missing.propose(actor=actor, at=clock.now())
        if learnt is None:
            return
        figures = {
            "version": learnt.version, "examples": learnt.examples, "topics": learnt.topics, "encoder": learnt.encoder,
            "seconds": learnt.seconds, "trial": learnt.figures["trial"],
        }  # fmt: skip
        words = f"Version {learnt.version} waits for approval: {learnt.examples} examples, {learnt.topics} topics."
        say(figures, as_json=as_json, words=words)


def _read(path: Path, *, labelled: bool = True) -> "list[Example]":
    from anliegen.flow.automation.learning.example import Example  # noqa: PLC0415  # slow import

    csv.field_size_limit(sys.maxsize)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = {"text", *(["label"] if labelled else [])} - set(rows.fieldnames or ())
            if missing:
                refuse(f"{path} has no column {' or '.join(sorted(missing))}; its first line must name text,label.")
            return [Example(row["text"] or "", row.get("label") or "") for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        refuse(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.")
