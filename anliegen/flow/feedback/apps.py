from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "anliegen.flow.feedback"
    label = "feedback"
