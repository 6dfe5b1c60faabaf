"""The HTTP API: REST framework, its throttles, and the document that describes it."""

from typing import Any

from config.settings.environment import env

# How often each kind of caller may ask, "number/period" (second, minute, hour, day); empty: always.
# A caller is a person who is logged in, and otherwise an address.
DEFAULT_RATES = {
    "burst": "120/minute",
    "anon": "2000/day",
    "user": "20000/day",
    "sensitive": "30/minute",
    "login": "10/minute",
    "register": "10/hour",
}


def throttle_rates(defaults: dict[str, str]) -> dict[str, str]:
    """The rates that the environment asks for, else these."""
    return {
        "burst": env.str("THROTTLE_BURST", default=defaults["burst"]),
        "anon": env.str("THROTTLE_ANON", default=defaults["anon"]),
        "user": env.str("THROTTLE_USER", default=defaults["user"]),
        "sensitive": env.str("THROTTLE_SENSITIVE", default=defaults["sensitive"]),
        "login": env.str("THROTTLE_LOGIN", default=defaults["login"]),
        "register": env.str("THROTTLE_REGISTER", default=defaults["register"]),
    }


THROTTLE_RATES = throttle_rates(DEFAULT_RATES)

# How long a request may be repeated with its key; and after what time without an answer whoever
# was at work on it is taken for lost.
IDEMPOTENCY_KEY_HOURS = env.int("IDEMPOTENCY_KEY_HOURS", default=24)
IDEMPOTENCY_IN_FLIGHT_SECONDS = env.int("IDEMPOTENCY_IN_FLIGHT_SECONDS", default=60)

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "authentication.backends.SessionTokenAuthentication",
        "api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticatedOrReadOnly"
    ],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.PlainJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.InertJSONRenderer"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,  # a parameter of that name is ignored as any other
    "DEFAULT_SCHEMA_CLASS": "api.schema.OperationSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "api.problems.exception_handler",
    "DEFAULT_PAGINATION_CLASS": "api.pagination.PageNumbers",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.NamespaceVersioning",
    "DEFAULT_VERSION": "v1",
    "ALLOWED_VERSIONS": ["v1"],
    "DEFAULT_THROTTLE_CLASSES": [
        "api.throttles.BurstThrottle",
        "api.throttles.AnonThrottle",
        "api.throttles.UserThrottle",
    ],
    # How many proxies of ours an address has passed through. Whoever believes a header that anybody
    # can send lets everybody be somebody else each time.
    "NUM_PROXIES": env.int("TRUSTED_PROXIES", default=0),
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Publishing platform",
    "OAS_VERSION": "3.1.1",
    # Swagger UI and ReDoc come from our own static files.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Posts, categories, tags, comments and the people who write them.",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["api.schema.canonical_only"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema_problems.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "PostStatus": "posts.choices.PostStatus",
        "CommentStatus": "core.choices.CommentStatus",
        "Role": "accounts.roles.Role",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
}
