"""`bench triage` measures what its names say."""

import pytest

from anliegen.flow.automation.learning import encoders
from anliegen.oversight.measurement.bench import triage

TIMES = ["ms_per_message_p95", "train_seconds"]


@pytest.mark.django_db
def test_learning_and_answering_are_measured_with_and_without_an_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triage, "CATEGORIES", 5)
    monkeypatch.setattr(triage, "ASKED", 10)
    report = triage.measure(texts=60)
    figures = report.figures
    assert (figures["texts"], figures["categories"]) == (60, 5)
    for times in (figures, report.limit, *(figures[f"with_{name}"] for name in encoders.installed())):
        assert all(times[name] > 0 for name in TIMES)
    assert report.ratio == round(report.limit["ms_per_message_p95"] / figures["ms_per_message_p95"], 3)


def test_made_up_messages_have_the_same_words_and_are_not_the_same() -> None:
    first, again, other = triage.made_up(200, seed=1), triage.made_up(200, seed=1), triage.made_up(200, seed=2)
    assert first == again
    assert not {one.text for one in first} & {one.text for one in other}
    assert [one.label for one in first] == [one.label for one in other]
    words = {word for one in first for word in one.text.split()}
    assert len(words & {word for one in other for word in one.text.split()}) > len(words) / 2
