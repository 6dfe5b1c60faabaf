"""The HTTP API: REST framework, its throttles, and the document that describes it."""

from typing import Any

from config.settings.environment import env

# number/period, with second, minute, hour or day; empty: no limit.
THROTTLE_RATES = {
    "burst": env.str("THROTTLE_BURST", default="120/minute"),
    "anon": env.str("THROTTLE_ANON", default="2000/day"),
    "user": env.str("THROTTLE_USER", default="20000/day"),
    "sensitive": env.str("THROTTLE_SENSITIVE", default="30/minute"),
}

# How many proxies of our own stand in front, each of which adds to X-Forwarded-For.
TRUSTED_PROXIES = int(env.str("TRUSTED_PROXIES", default="") or 0)

# How long an Idempotency-Key is remembered, and when one without an answer counts as lost.
IDEMPOTENCY_KEY_HOURS = int(env.str("IDEMPOTENCY_KEY_HOURS", default="") or 24)
IDEMPOTENCY_IN_FLIGHT_SECONDS = int(env.str("IDEMPOTENCY_IN_FLIGHT_SECONDS", default="") or 60)

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.problems.exception_handler",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "URL_FORMAT_OVERRIDE": None,  # `format` is a parameter like any other
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Publishing platform",
    "OAS_VERSION": "3.1.1",
    # Swagger UI and ReDoc come from our own static files.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "DESCRIPTION": (
        "People with a role write posts, readers comment on them, editors look after both. "
        "Errors are problem documents (RFC 9457). Lists come in pages. Single objects and lists "
        "have an ETag; a change may be made conditional with If-Match."
    ),
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "APPEND_COMPONENTS": {"securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "sessionid"}}},
    "PREPROCESSING_HOOKS": ["api.documentation.only_canonical"],
    "TAGS": [
        {"name": "posts", "description": "What people write."},
        {"name": "comments", "description": "What readers say about it."},
        {"name": "categories", "description": "The shelves that posts stand on."},
        {"name": "tags", "description": "Words that posts are found by."},
        {"name": "users", "description": "People and their accounts."},
    ],
    "ENUM_NAME_OVERRIDES": {
        "PostStatus": "posts.choices.PostStatus",
        "CommentStatus": "core.choices.CommentStatus",
        "Role": "accounts.roles.Role",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
