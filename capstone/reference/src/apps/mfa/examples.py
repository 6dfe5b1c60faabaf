# FILE SOLUTION 06
"""Examples of second factors for the OpenAPI document."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_WORDS = "correct horse battery"
_CODE = "492039"
_BASE32 = "JBSWY3DPEHPK3PXP…"


def _sent(value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("Sent", value=value, request_only=True)]


def _returned(value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("Returned", value=value, response_only=True)]


PASSWORD = _sent({"password": _WORDS})
CODE = _sent({"code": _CODE})
PASSWORD_AND_CODE = _sent({"password": _WORDS, "code": _CODE})
SECOND_STEP = _sent({"challenge": "eyJ1c2VyIjo1LCJz…", "code": _CODE})
ENROLMENT = _returned(
    {
        "secret": _BASE32,
        "uri": f"otpauth://totp/Publishing%20platform:ann?secret={_BASE32}",
    }
)
RECOVERY_CODES = _returned({"codes": ["MFRG-G2LT-MVRX-EZLU-OBUG-C3DB"]})
