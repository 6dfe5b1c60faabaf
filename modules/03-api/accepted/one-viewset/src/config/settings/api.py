"""The HTTP API: REST framework, its throttles, and the document that describes it."""

from typing import Any

from config.settings.environment import env

# "number/period"; an empty one is no limit.
THROTTLES = {
    "BURST": env.str("THROTTLE_BURST", default="120/minute"),
    "ANON": env.str("THROTTLE_ANON", default="2000/day"),
    "USER": env.str("THROTTLE_USER", default="20000/day"),
    "SENSITIVE": env.str("THROTTLE_SENSITIVE", default="30/minute"),
}
# How many proxies of our own add to X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

IDEMPOTENCY_KEY_HOURS = env.int("IDEMPOTENCY_KEY_HOURS", default=24)
IDEMPOTENCY_IN_FLIGHT_SECONDS = env.int("IDEMPOTENCY_IN_FLIGHT_SECONDS", default=60)

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_PARSER_CLASSES": ["api.negotiation.Parser"],
    "DEFAULT_RENDERER_CLASSES": ["api.negotiation.Renderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.negotiation.Negotiation",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "api.problems.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Publishing platform",
    "DESCRIPTION": (
        "People with a role write posts, readers comment on them, editors look after both."
        " Every error is a problem document (RFC 9457)."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    # Swagger UI and ReDoc come from our own static files.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": True,
    "ENUM_NAME_OVERRIDES": {
        "PostStatus": "posts.choices.PostStatus",
        "CommentStatus": "core.choices.CommentStatus",
        "Role": "accounts.roles.Role",
    },
    "PREPROCESSING_HOOKS": ["api.document.only_v1"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.document.complete",
    ],
}
