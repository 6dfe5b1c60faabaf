"""The HTTP API: REST framework, its throttles, and the document that describes it."""

from typing import Any

# TODO(03): the rates of the throttles and the lifetime of idempotency keys, from the environment
# (brief, tasks 5 and 7).

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticatedOrReadOnly"
    ],
    # TODO(03): JSON that no part of yours can hold is the caller's mistake (brief, task 3).
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # TODO(03): the shape of errors, versions, pages, filters and throttles
    # (brief, tasks 3, 4, 6 and 7).
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Publishing platform",
    "OAS_VERSION": "3.1.1",
    # Swagger UI and ReDoc come from our own static files.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # TODO(03): say what the API is (brief, task 8).
}
