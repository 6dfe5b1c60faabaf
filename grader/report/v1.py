"""Results of the first version, read as what they are today."""

from typing import Any

SCHEMA = "django-track/result/v1"
_POLICY = "points/1"  # its rules are those by which every result of the first version was scored


def upgraded(found: Any) -> Any:
    """A decoded result of version 1 as one of version 2; anything else as it is.

    Version 1 named its module by number, slug and title, knew no policy and no levels, and had no gates.
    """
    if not isinstance(found, dict) or found.get("schema") != SCHEMA or {"assignment", "policy"} & found.keys():
        return found
    new = {key: value for key, value in found.items() if key not in ("module", "module_slug", "module_title")}
    if type(found.get("module")) is int and found.get("gates") == []:
        new |= {"assignment": found.get("module_slug"), "title": found.get("module_title")}
        new |= {"schema": SCHEMA.replace("v1", "v2"), "policy": _POLICY, "levels": []}
    return new
