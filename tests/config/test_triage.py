"""`anliegen triage` on files of somebody's own."""

import csv
import json
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anliegen.config.cli import triage
from anliegen.config.cli.program import program
from anliegen.flow.automation.models import Learnt
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Topic

TRAIN = [
    (f"{word} {number}", topic)
    for topic, word in (("abschlag", "Abschlag zu hoch"), ("umzug", "Ich ziehe um"))
    for number in range(12)
]


def written(path: Path, rows: list[tuple[str, ...]], columns: tuple[str, ...] = ("text", "label")) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return str(path)


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(program, ["triage", *arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    test = [("mein Abschlag", "abschlag"), ("wir ziehen um", "umzug"), ("Apfelkuchen", "sonst")]
    return written(tmp_path / "train.csv", TRAIN), written(tmp_path / "test.csv", test)


def test_figures_come_as_json_or_as_words(files: tuple[str, str]) -> None:
    code, out, _err = run(
        "evaluate", "--train", files[0], "--test", files[1], "--unknown", "sonst", "--encoder", "none", "--json"
    )
    figures = json.loads(out)
    assert (code, figures["in_scope_accuracy"], figures["unknown_recall"], figures["encoder"]) == (0, 1.0, 1.0, "none")
    code, out, _err = run("evaluate", "--train", files[0], "--test", files[1], "--encoder", "none")
    assert (code, out.splitlines()[0].split(":")[0], "unknown_recall: -" in out) == (0, "accuracy", True)


def test_each_message_is_answered_with_its_reasons(files: tuple[str, str]) -> None:
    code, out, _err = run("predict", "--train", files[0], "--test", files[1], "--encoder", "none")
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [one["text"] for one in told] == ["mein Abschlag", "wir ziehen um", "Apfelkuchen"]
    assert [one["label"] for one in told[:2]] == ["abschlag", "umzug"]
    assert told[0]["reasons"][0]["word"] == "Abschlag" and [one["kind"] for one in told[0]["reasons"]][1] == "like"
    assert told[2]["abstained"] and told[2]["fits_none"] and told[2]["reasons"][-1]["kind"] == "fits-none"
    assert all(set(one) >= {"text", "label", "confidence", "abstained", "reasons"} for one in told)


@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_what_cannot_be_learnt_from_is_refused_with_the_reason(
    tmp_path: Path, files: tuple[str, str], command: str
) -> None:
    one_kind = written(tmp_path / "one.csv", [("a", "x"), ("b", "x")])
    strange = written(tmp_path / "strange.csv", [("a", "x")], ("satz", "thema"))
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00text")
    for train, reason in (
        (one_kind, "at least two categories"),
        (strange, "no column label or text"),
        (str(tmp_path / "nowhere.csv"), "No such file"),
        (str(tmp_path / "binary.csv"), "cannot be read"),
    ):
        code, out, err = run(command, "--train", train, "--test", files[1], "--encoder", "none")
        assert (code, out) == (1, "")
        assert reason in err
    code, _out, err = run(command, "--train", files[0], "--test", files[1], "--encoder", "bert")
    assert (code, "No encoder is called bert" in err) == (1, True)
    assert run(command, "--train", files[0])[0] == 2


def test_an_instance_learns_nothing_with_an_encoder_that_nobody_knows(
    mira: Agent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage, "instance", nullcontext)
    for code in ("abschlag", "umzug"):
        said = [text for text, topic in TRAIN if topic == code]
        accounts.create(Topic, code=code, name=code, examples=said, responsible=mira, actor=SYSTEM, at=now)
    code, out, err = run("learn", "--encoder", "bert")
    assert (code, out, err) == (1, "", "No encoder is called bert; there are use, minilm, none.\n")
    assert not Learnt.objects.exists()
