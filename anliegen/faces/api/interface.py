"""The API: its routes, its errors, and its description in OpenAPI 3.1."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from anliegen.faces.api import links, problems, reading, rights, tickets, translations

DESCRIPTION = """\
Tickets, messages, search and the journal of this instance, for programs.

Send `Authorization: Bearer TOKEN`. A token acts for an agent and sees what that agent sees; the administrator makes
it with `anliegen token create --agent EMAIL --scope read,write`. Errors have the form of RFC 9457. Times carry their
offset.
This description grows by adding, never by changing.
"""


class Interface(NinjaAPI):
    """Says in the description which right a route asks, and of problems that they are problems."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        asked = {operation.operation_id: token for operation, token in rights.routes(self)}
        for operations in schema["paths"].values():
            for operation in operations.values():
                token = asked[operation["operationId"]]
                operation["x-asks"] = {"scope": token.scope, "permissions": list(token.asks)} if token else None
                for status, response in operation["responses"].items():
                    if int(status) >= 400:
                        response["content"] = {problems.CONTENT_TYPE: response["content"]["application/json"]}
        return schema


api = Interface(
    title="Anliegen",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
)
api.add_router("", tickets.router)
api.add_router("", translations.router)
api.add_router("", links.router)
api.add_router("", reading.router)
problems.told_by(api)
