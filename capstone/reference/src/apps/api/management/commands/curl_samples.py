# FILE SOLUTION 05
"""`manage.py curl_samples`: every operation of openapi.yaml as a request for curl."""

import json
import re
import shlex
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

import yaml
from django.core.management.base import BaseCommand

from config.settings.environment import ROOT

PREFIX = "/api/v1"
KNOWN = '-H "Authorization: Bearer $TOKEN"'
TYPED = "-H 'Content-Type: application/json'"
PAGE = """# Requests

Every operation of [openapi.yaml](../openapi.yaml) by curl, with the examples of that document.
What follows on what is in the [tutorial](tutorial.md). First:

```console
$ API=https://localhost:8443/api/v1
$ TOKEN=…   # "access" of the answer of a log-in
```

`$ID` and the like stand for what earlier answers named. This page is made by
`manage.py curl_samples > docs/requests.md`.
{sections}"""


class Operation(NamedTuple):
    """One operation of the document, as far as a request needs it."""

    tag: str
    method: str
    path: str
    summary: str
    is_public: bool
    headers: tuple[str, ...]
    body: Any


class Command(BaseCommand):
    """It reads the committed document: what it shows is what callers have."""

    help = "Print docs/requests.md: a sample for each operation of openapi.yaml."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the page."""
        document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
        found = sorted(_operations(document), key=lambda each: each.tag)
        sections = [
            _section(tag, list(of)) for tag, of in groupby(found, lambda each: each.tag)
        ]
        self.stdout.write(PAGE.format(sections="".join(sections)), ending="")


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            if "operationId" in said:
                yield _operation(path, method, said)


def _operation(path: str, method: str, said: dict[str, Any]) -> Operation:
    parameters = said.get("parameters", ())
    return Operation(
        tag=said["tags"][0],
        method=method.upper(),
        path=path,
        summary=said["summary"],
        is_public={} in said.get("security", ()),
        headers=tuple(
            each["name"]
            for each in parameters
            if each.get("in") == "header" and each.get("required")
        ),
        body=_example(said),
    )


def _example(said: dict[str, Any]) -> Any:
    """The first example of what is sent; None where nothing is."""
    content = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = list(content.get("examples", {}).values())
    return examples[0]["value"] if examples else None


def _section(tag: str, operations: list[Operation]) -> str:
    samples = "\n".join(f"# {each.summary}\n{_curl(each)}\n" for each in operations)
    return f"\n## {tag}\n\n```sh\n{samples.rstrip()}\n```\n"


def _curl(operation: Operation) -> str:
    """The command, for the certificate that a development machine signs itself."""
    path = re.sub(r"\{(\w+)\}", lambda found: f"${found[1].upper()}", operation.path)
    words = ["curl --insecure"]
    if operation.method != ("GET" if operation.body is None else "POST"):
        words.append(f"-X {operation.method}")
    words.append(f'"$API{path.removeprefix(PREFIX)}"')
    words += [] if operation.is_public else [KNOWN]
    words += [f"-H '{name}: …'" for name in operation.headers]
    if operation.body is not None:
        sent = json.dumps(operation.body, ensure_ascii=False)
        words += [TYPED, f"-d {shlex.quote(sent)}"]
    return " ".join(words)
