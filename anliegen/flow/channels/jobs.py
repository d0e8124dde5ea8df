"""The jobs of this room, gathered so that the worker knows them all."""

from anliegen.flow.channels import held, outbox, status_link

JOBS = (outbox.deliver, outbox.find_forgotten, held.forget_hourly, status_link.send)
