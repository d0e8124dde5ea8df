"""The tree of topics, by their codes: what lies under what."""

from collections.abc import Iterator, Mapping

from django.db.models import QuerySet

from anliegen.records.accounts.models import Topic

Tree = Mapping[str, str]  # the code of each topic, and that of the one above it, empty where there is none


def in_use() -> dict[str, str]:
    """The topics that may be proposed."""
    return _tree(Topic.objects.active())


def all_of_them() -> dict[str, str]:
    """Those that are out of use, too."""
    return _tree(Topic.objects.all())


def _tree(topics: QuerySet[Topic]) -> dict[str, str]:
    return {code: above or "" for code, above in topics.values_list("code", "parent__code")}


def above(code: str, tree: Tree) -> Iterator[str]:
    """The topics that it lies under, the nearest first."""
    seen = {code}
    while (code := tree.get(code, "")) and code not in seen:
        seen.add(code)
        yield code


def nearest(among: QuerySet[Topic], code: str) -> Topic | None:
    """The topic in use itself, or the nearest that it lies under, if it is among these: what the operator says of a
    branch counts for what lies under it and says nothing of its own."""
    found = {topic.code: topic for topic in among.filter(is_active=True)}
    return next((found[each] for each in (code, *above(code, all_of_them())) if each in found), None) if found else None


def is_met(proposed: str, right: str, tree: Tree) -> bool:
    """Whether a proposal was right: it is what is right, or what that lies under. Nothing lies under no topic."""
    return proposed == right or (bool(proposed) and proposed in above(right, tree))
