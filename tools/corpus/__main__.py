"""Run every public mail through intake and print a score card. `python -m tools.corpus [PATH] [--json]`.

PATH holds `raw/` and `quotes/`; without it ANLIEGEN_CORPUS, else `shared/data/mail` beside the repository. A temporary
instance of its own is made, with the embedded PostgreSQL, and thrown away. Ends with 1 when a goal is missed or no mail
is there.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from tools.corpus import data, score


def main() -> int:
    options = _options()
    place = options.path or data.folder()
    if not data.is_there(place):
        print(f"No mails in {place}. Say where they are: {data.VARIABLE}=PATH, or PATH as argument.", file=sys.stderr)
        return 1
    card = score.card(place)
    print(json.dumps(asdict(card), ensure_ascii=False) if options.json else score.told(card))
    return 0 if card.is_good() else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.corpus", description=__doc__)
    parser.add_argument("path", type=Path, nargs="?")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
