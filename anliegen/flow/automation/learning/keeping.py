"""A learnt model as bytes and back: plain arrays and one JSON text, so that nothing is ever run by reading it."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anliegen.flow.automation.learning.calibration import Certainty
from anliegen.flow.automation.learning.encoders import Encoder
from anliegen.flow.automation.learning.log import KeptBack
from anliegen.flow.automation.learning.model import Meant, Model, Usual
from anliegen.flow.automation.learning.terms import Terms
from anliegen.flow.automation.learning.voices import Linear, Neighbours, Pairs

FORMAT = 1
Arrays = dict[str, NDArray[Any]]


class UnknownFormat(Exception):
    """These bytes are no model that this version understands, or need an encoder that is not here."""


def to_bytes(model: Model) -> bytes:
    """All of a model but its encoder, of which the name is kept. What people told it since is left out."""
    meant = model.meant
    head = {
        "format": FORMAT,
        "labels": model.labels,
        "words": [*model.terms.words],
        "pieces": [*model.terms.pieces],
        "encoder": meant.encoder.name if meant is not None else None,
        "certainty": [model.certainty.temperature, model.certainty.slope, model.certainty.offset],
        "usual": [*model.usual.evidence, *model.usual.likeness, model.usual.lowest],
        "surest": model.surest,
        "gamma": meant.pairs.gamma if meant is not None and meant.pairs is not None else None,
    }
    arrays: Arrays = {"idf": model.terms.idf, "gist": model.gist}
    arrays |= _of_linear("words", model.words)
    told = len(model.told.columns) if model.told is not None else 0
    number = len(model.neighbours.columns) - told
    arrays |= {"near": model.neighbours.points[:number], "near_columns": model.neighbours.columns[:number]}
    if model.numbers is not None:
        arrays["near_numbers"] = model.numbers[:number]
    if model.kept_back is not None:
        kept_back = model.kept_back
        arrays |= {"tried": kept_back.which, "tried_right": kept_back.right}
    if meant is not None:
        arrays |= {"middle": meant.middle, "axes": meant.axes}
        arrays |= _of_linear("both", meant.both) | _of_linear("both_terms", meant.both_terms)
        arrays |= _of_linear("regression", meant.regression)
        if meant.pairs is not None:
            pairs = meant.pairs
            arrays |= {
                "pair_points": pairs.points, "pair_first": pairs.first, "pair_duals": pairs.duals,
                "pair_start": pairs.start,
            }  # fmt: skip
    kept = {name: array.astype(np.float32) if array.dtype.kind == "f" else array for name, array in arrays.items()}
    if model.kept_back is not None:  # exactly: answers are compared with one of these
        kept |= {"tried_sure": model.kept_back.sure}
    out = io.BytesIO()
    text = np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), dtype=np.uint8)
    np.savez_compressed(out, **{"head": text, **kept})  # type: ignore[arg-type]  # it takes arrays by any name
    return out.getvalue()


def from_bytes(content: bytes, encoder: Encoder | None) -> Model:
    """The model again. `encoder` must be the one of its name. Raises UnknownFormat."""
    with _opened(content) as file:
        head = _head(file, encoder.name if encoder is not None else None)
        return _model(head, {name: file[name] for name in file.files if name != "head"}, encoder)


def check(content: bytes, encoder: str | None) -> None:
    """Whether these bytes are a model of this version for the encoder of this name; its numbers are not looked at.
    Raises UnknownFormat."""
    with _opened(content) as file:
        _head(file, encoder)


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    """Bytes that were cut off or changed fail in a dozen ways: in the archive, in its compression, in the header of an
    array, in the text. They all mean the same."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            yield file
    except UnknownFormat:
        raise
    except Exception as error:
        raise UnknownFormat("these bytes are no model") from error


def _head(file: Any, encoder: str | None) -> dict[str, Any]:
    head: dict[str, Any] = json.loads(file["head"].tobytes().decode())
    if head.get("format") != FORMAT:
        raise UnknownFormat(f"format {head.get('format')} is not known here")
    if head["encoder"] != encoder:
        raise UnknownFormat(f"it was learnt with the encoder {head['encoder'] or 'none'}")
    return head


def _model(head: dict[str, Any], arrays: Arrays, encoder: Encoder | None) -> Model:
    words = {word: key for key, word in enumerate(head["words"])}
    pieces = {piece: key for key, piece in enumerate(head["pieces"], len(words))}
    usual = head["usual"]
    return Model(
        labels=tuple(head["labels"]),
        terms=Terms(words, pieces, arrays["idf"]),
        words=_linear("words", arrays),
        gist=arrays["gist"],
        neighbours=Neighbours(arrays["near"], arrays["near_columns"], len(head["labels"])),
        meant=_meant(encoder, head, arrays) if encoder is not None else None,
        certainty=Certainty(*head["certainty"]),
        usual=Usual((usual[0], usual[1]), (usual[2], usual[3]), usual[4]),
        surest=head["surest"],
        numbers=arrays.get("near_numbers"),  # older files have none
        kept_back=KeptBack(arrays["tried"], arrays["tried_sure"], arrays["tried_right"]) if "tried" in arrays else None,
    )


def _meant(encoder: Encoder, head: dict[str, Any], arrays: Arrays) -> Meant:
    pairs = None
    if "pair_points" in arrays:
        pairs = Pairs(
            arrays["pair_points"], arrays["pair_first"], arrays["pair_duals"], arrays["pair_start"], head["gamma"]
        )
    return Meant(
        encoder=encoder,
        middle=arrays["middle"],
        axes=arrays["axes"],
        both=_linear("both", arrays),
        both_terms=_linear("both_terms", arrays),
        regression=_linear("regression", arrays),
        pairs=pairs,
    )


def _of_linear(name: str, voice: Linear) -> Arrays:
    return {f"{name}_weights": voice.weights, f"{name}_start": voice.start}


def _linear(name: str, arrays: Arrays) -> Linear:
    return Linear(arrays[f"{name}_weights"], arrays[f"{name}_start"])
