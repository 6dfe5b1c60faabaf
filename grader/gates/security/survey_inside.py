"""Runs beside the project, with its settings: says what its deployment checks find and which URLs it has, as JSON.

Standard library and the project's Django only. What it says is a claim of the project's: it names places to look at.
"""

import importlib
import json
import sys
from typing import Any

_MOST = 500


def collect_routes(patterns: Any, prefix: str, found: list[str]) -> None:
    """Adds the routes of all URL patterns below ``prefix``, as they are written."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern).lstrip("^").rstrip("$").removesuffix("\\Z")
        if len(found) > _MOST:
            return
        if hasattr(pattern, "url_patterns"):
            collect_routes(pattern.url_patterns, route, found)
        else:
            found.append("/" + route)


def main() -> None:
    """Loads the project, and writes one line."""
    importlib.import_module("django").setup()
    settings = importlib.import_module("django.conf").settings
    checks = importlib.import_module("django.core.checks").run_checks(include_deployment_checks=True)
    issues = [
        {
            "id": str(issue.id),
            "level": int(issue.level),
            "message": str(issue.msg)[:300],
            "silenced": issue.is_silenced(),
        }
        for issue in checks
    ]
    found: list[str] = []
    resolver = importlib.import_module("django.urls").get_resolver(settings.ROOT_URLCONF)
    collect_routes(resolver.url_patterns, "", found)
    sys.stdout.write("\n" + json.dumps({"issues": issues[:200], "urls": found}) + "\n")


if __name__ == "__main__":
    main()
