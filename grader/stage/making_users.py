"""Runs inside the sandbox, with the project's packages: makes a user of each role and logs each in by a session.

The order comes in the variable TRACK_USERS, as JSON; the answer is the last line of the output, as JSON. Standard
library and the submission's own Django only.
"""

import importlib
import json
import os
import sys
import traceback
from typing import Any

POWERFUL = ("admin", "administrator", "staff", "superuser")
# Far from the numbers that a tool tries, so that who may delete accounts does not begin with their own.
FIRST_ID = 910_000
# The status if Django has started and a user could not be made.
NOT_MADE = 3


def main() -> None:
    """Does as it is ordered."""
    order = json.loads(os.environ.pop("TRACK_USERS"))
    if os.environ.get("DJANGO_CONFIGURATION"):
        importlib.import_module("configurations").setup()
    importlib.import_module("django").setup()
    try:
        made = _made(order)
    except Exception:
        traceback.print_exc()
        sys.exit(NOT_MADE)
    sys.stdout.write("\n" + json.dumps(made) + "\n")


def _made(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Who was made, in the order that they were asked for."""
    own = _own(order["function"])
    hashed = "" if own else importlib.import_module("django.contrib.auth.hashers").make_password(order["password"])
    made = []
    for number, (who, role, name) in enumerate(order["people"], FIRST_ID + order["first"]):
        user = own(role=role, username=name, password=order["password"]) if own else _user(role, name, hashed, number)
        made.append({"who": who, "name": user.get_username(), "session": _session(user, order["token"])})
    return made


def _own(function: str) -> Any:
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name) if function else None


def _user(role: str, name: str, hashed: str, number: int) -> Any:
    """A user of the project's model, with that role or the rights that Django has."""
    from django.contrib.auth import get_user_model  # type: ignore[import-not-found, unused-ignore]

    model: Any = get_user_model()
    fields = {field.name for field in model._meta.get_fields()}
    address = f"{name}@example.org"
    values: dict[str, Any] = {"email": address} if "email" in fields else {}
    values[model.USERNAME_FIELD] = address if model.USERNAME_FIELD == "email" else name
    if model._meta.pk.get_internal_type() in ("AutoField", "BigAutoField"):
        values["pk"] = number
    if "role" in fields:
        values["role"] = role
    elif role in POWERFUL:
        values |= {right: True for right in ("is_staff", "is_superuser") if right in fields}
    user = model(**values, password=hashed)
    user.save()
    return user


def _session(user: Any, token: str) -> dict[str, str]:
    """A session's cookie, and the names of what proves that a form is the site's own; nothing without sessions."""
    from django.conf import settings  # type: ignore[import-not-found, unused-ignore]
    from django.test import Client  # type: ignore[import-not-found, unused-ignore]

    try:
        client: Any = Client()
        client.force_login(user)
        session = client.session
        session["_csrftoken"] = token
        session.save()
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    except Exception:  # a project without sessions, or with receivers that no log-in of a test gets past
        return {}
    header = settings.CSRF_HEADER_NAME.removeprefix("HTTP_").replace("_", "-")
    names = {"cookie": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME, "header": header}
    return {**names, "value": cookie}


if __name__ == "__main__":
    main()
