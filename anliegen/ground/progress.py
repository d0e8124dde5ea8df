"""How the newest run of a job stands, for whoever asked for it and waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from procrastinate.tasks import Task

STATES = {"todo": "queued", "doing": "running", "succeeded": "done"}  # whatever else there is has failed


@dataclass(frozen=True)
class Progress:
    """`queued`, `running`, `done` or `failed`, and since when."""

    state: str
    since: datetime
    began_at: datetime | None  # None: it has not begun

    @property
    def goes_on(self) -> bool:
        return self.state in ("queued", "running")


def newest(task: "Task[Any, Any, Any]") -> Progress | None:
    """None: it never ran, or so long ago that its job is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT job.status::text, max(event.at), max(event.at) FILTER (WHERE event.type = 'started')"
            " FROM procrastinate_jobs job JOIN procrastinate_events event"
            " ON event.job_id = job.id WHERE job.task_name = %s GROUP BY job.id ORDER BY job.id DESC LIMIT 1",
            [task.name],
        )
        row = cursor.fetchone()
    return Progress(STATES.get(row[0], "failed"), row[1], row[2]) if row else None
