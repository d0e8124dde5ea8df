"""An export against its own list: what happened to it since it was written, and what was amiss already then."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from anliegen.oversight.portability import tables
from anliegen.oversight.portability.export import Exported, Progress, Spoilt, hash_of_names
from anliegen.oversight.portability.manifest import FORMAT, TABLES
from anliegen.oversight.portability.places import NotAnExport, Origin, lines_of, origin

PIECE = 1 << 20
KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def verify(place: Path, *, progress: Progress = lambda words: None) -> Exported:
    """Read an export whole and compare it with its list. Raises NotAnExport."""
    source = origin(place)
    contents = contents_of(source)
    counts: dict[str, int] = {}
    hashes: dict[str, str] = {}
    changed: list[str] = []
    for table in contents["counts"].keys() - {"files"}:
        progress(table)
        try:
            with source.open(f"tables/{table}.jsonl") as file:
                counts[table], hashes[table] = tables.digest(lines_of(file))
        except FileNotFoundError:
            changed.append(f"table missing: {table}")
            continue
        except UnicodeDecodeError:
            changed.append(f"table changed: {table}")
            continue
        if (counts[table], hashes[table]) != (contents["counts"][table], contents["hashes"][table]):
            changed.append(f"table changed: {table}")
    spoilt = spoilt_of(contents)
    found, wrong = _check_files(source, spoilt)
    changed += wrong
    counts["files"], hashes["files"] = len(found), hash_of_names(found)
    if (counts["files"], hashes["files"]) != (contents["counts"]["files"], contents["hashes"]["files"]):
        changed.append("files are missing or too many")
    changed += _check_keys(source, contents)
    problems = (*changed, *spoilt.in_words())
    return Exported(not problems, counts, hashes, problems, tuple(changed))


def contents_of(source: Origin) -> dict[str, Any]:
    """Its own list. Raises NotAnExport."""
    try:
        with source.open("manifest.json") as file:
            contents: dict[str, Any] = json.load(file)
    except (FileNotFoundError, ValueError) as error:
        raise NotAnExport("there is no readable manifest.json") from error
    if contents.get("format") != FORMAT:
        raise NotAnExport(f"its format is {contents.get('format')}, this version reads {FORMAT}")
    if set(contents["counts"]) - {"files"} != set(TABLES):
        raise NotAnExport("it was written by another version; import it with that one, upgrade, and export again")
    return contents


def spoilt_of(contents: dict[str, Any]) -> Spoilt:
    """What was missing or damaged when it was written; lists of before this was noted name nothing."""
    return Spoilt(contents.get("missing", []), contents.get("damaged", {}))


def keys_in(source: Origin) -> dict[str, bytes]:
    """The keys of an export by name. Raises NotAnExport for a name that would lead out of their folder."""
    found = {}
    for name in source.names():
        folder, _slash, key = name.partition("/")
        if folder != "keys":
            continue
        if not KEY.fullmatch(key):
            raise NotAnExport(f"{name} is no name of a key")
        with source.open(name) as file:
            found[key] = file.read()
    return found


def _check_keys(source: Origin, contents: dict[str, Any]) -> list[str]:
    """Lists of before keys were noted tell nothing of them."""
    found = {name: hashlib.sha256(content).hexdigest() for name, content in keys_in(source).items()}
    noted: dict[str, str] = contents.get("keys", found)
    gone = [f"key missing: {name}" for name in sorted(noted.keys() - found.keys())]
    return gone + [f"key changed: {name}" for name in sorted(found) if found[name] != noted.get(name)]


def _check_files(source: Origin, spoilt: Spoilt) -> tuple[set[str], list[str]]:
    """The names there are, and what is wrong with those that are not as they were written."""
    found, wrong = set(), []
    for name in source.names():
        if not name.startswith("files/"):
            continue
        sha = hashlib.sha256()
        with source.open(name) as file:
            while part := file.read(PIECE):
                sha.update(part)
        sha256 = name.rpartition("/")[2]
        found.add(sha256)
        if sha.hexdigest() != spoilt.damaged.get(sha256, sha256):
            wrong.append(f"file changed: {sha256}")
    return found, wrong
