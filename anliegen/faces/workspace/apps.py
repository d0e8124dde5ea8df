from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "anliegen.faces.workspace"
    label = "workspace"
