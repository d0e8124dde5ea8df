"""What a text became, part by part, so that each part can be taken up or left. Pure."""

import re

from anliegen.flow.assist.wording import Remark

_PARAGRAPHS = re.compile(r"[^\n]+")


def changed(before: str, after: str) -> list[Remark]:
    """Paragraph by paragraph where there are as many of them; else the whole text as one change."""
    old, new = list(_PARAGRAPHS.finditer(before)), list(_PARAGRAPHS.finditer(after))
    if len(old) != len(new) or not old:
        return [] if before.strip() == after.strip() else [Remark(0, len(before), "whole", before, (after,))]
    return [
        Remark(was.start(), was.end(), "rewritten", was.group(), (now.group(),))
        for was, now in zip(old, new, strict=True)
        if was.group().strip() != now.group().strip()
    ]
