"""How long answers are kept for programs that ask again. Apart from asking, which needs what reads requests: the worker
and each command read this alone."""

from datetime import datetime, timedelta

from anliegen.faces.api.models import KeptAnswer

KEPT_FOR = timedelta(days=7)


def forget_old_answers(*, at: datetime) -> int:
    """Delete the keys of requests that nobody repeats any more; return how many."""
    return KeptAnswer.objects.filter(created_at__lt=at - KEPT_FOR).delete()[0]
