from django.apps import AppConfig

# Declared in every process, since who shows the journal (compliance, the room beside this one) may not import them.
from anliegen.oversight.insights import verbs as verbs


class InsightsConfig(AppConfig):
    name = "anliegen.oversight.insights"
    label = "insights"
