# FILE GIVEN 03
"""The HTTP API: REST framework, its throttles, and the document that describes it."""

from typing import Any

from config.settings.environment import env

# BEGIN SOLUTION 03
# How often each kind of caller may ask, "number/period" (second, minute, hour, day); empty: always.
# A caller is a person who is logged in, and otherwise an address.
DEFAULT_RATES = {
    "burst": "120/minute",
    "anon": "2000/day",
    "user": "20000/day",
    "sensitive": "30/minute",
    # BEGIN SOLUTION 04
    "login": "10/minute",
    "register": "10/hour",
    # END
}


def throttle_rates(defaults: dict[str, str]) -> dict[str, str]:
    """The rates that the environment asks for, else these."""
    return {
        "burst": env.str("THROTTLE_BURST", default=defaults["burst"]),
        "anon": env.str("THROTTLE_ANON", default=defaults["anon"]),
        "user": env.str("THROTTLE_USER", default=defaults["user"]),
        "sensitive": env.str("THROTTLE_SENSITIVE", default=defaults["sensitive"]),
        # BEGIN SOLUTION 04
        "login": env.str("THROTTLE_LOGIN", default=defaults["login"]),
        "register": env.str("THROTTLE_REGISTER", default=defaults["register"]),
        # END
    }


THROTTLE_RATES = throttle_rates(DEFAULT_RATES)

# How long a request may be repeated with its key; and after what time without an answer whoever
# was at work on it is taken for lost.
IDEMPOTENCY_KEY_HOURS = env.int("IDEMPOTENCY_KEY_HOURS", default=24)
IDEMPOTENCY_IN_FLIGHT_SECONDS = env.int("IDEMPOTENCY_IN_FLIGHT_SECONDS", default=60)
# STUB
# # TODO(03): the rates of the throttles and the lifetime of idempotency keys, from the environment
# # (brief, tasks 5 and 7).
# END

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # BEGIN SOLUTION 04
        "authentication.backends.SessionTokenAuthentication",
        # STUB
        # # TODO(04): first of all, tokens (brief, task 1).
        # END
        "api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticatedOrReadOnly"
    ],
    # BEGIN SOLUTION 03
    "DEFAULT_PARSER_CLASSES": ["api.parsers.PlainJSONParser"],
    # STUB
    # # TODO(03): JSON that no part of yours can hold is the caller's mistake (brief, task 3).
    # "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # END
    # BEGIN BEFORE 04
    # "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # END
    # BEGIN SOLUTION 04
    "DEFAULT_RENDERER_CLASSES": ["api.renderers.InertJSONRenderer"],
    # STUB
    # # TODO(04): escape what people wrote on its way out, too (brief, task 5).
    # "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # END
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    # BEGIN SOLUTION 03
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
    # STUB
    # "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    # # TODO(03): the shape of errors, versions, pages, filters and throttles
    # # (brief, tasks 3, 4, 6 and 7).
    # END
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Publishing platform",
    "OAS_VERSION": "3.1.1",
    # Swagger UI and ReDoc come from our own static files.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # BEGIN SOLUTION 03
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
    # STUB
    # # TODO(03): say what the API is (brief, task 8).
    # END
}
