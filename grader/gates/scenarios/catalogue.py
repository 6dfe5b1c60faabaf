"""The scenarios: what each is called, what a test should ask, and what it means if nothing is found."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.gates.scenarios import answers, outages, rules, writes
from grader.gates.scenarios.module import Module
from grader.gates.scenarios.protection import Protection


@dataclass(frozen=True, slots=True)
class Scenario:
    """``none`` is the reason why it does not apply; ``words`` tell tests that are about it from others."""

    title: str
    question: str
    none: str
    words: re.Pattern[str]


def _scenario(title: str, question: str, none: str, words: str) -> Scenario:
    return Scenario(title, question, none, re.compile(words, re.IGNORECASE))


SCENARIOS: Mapping[str, Scenario] = {
    "validation": _scenario(
        "Validation errors",
        "Which test sends what this rule refuses, and looks at the refusal?",
        "No validation of the project's own was found.",
        r"valid|refus|400",
    ),
    "slugs": _scenario(
        "Slug collisions",
        "Which test gives two rows one title, and compares their addresses?",
        "Nothing was found that looks for a free slug.",
        r"slug",
    ),
    "permission": _scenario(
        "Permission denial",
        "Which test asks as somebody who may not, and expects 401, 403 or a redirection?",
        "Nothing was found that refuses somebody.",
        r"permission|forbid|denied|may_not|40[13]",
    ),
    "database": _scenario(
        "Database outage",
        "Which test lets the database fail, and looks at what the project answers then?",
        "No code was found that bears with a database that is away.",
        r"database|OperationalError|outage|503",
    ),
    "cache": _scenario(
        "Redis unavailability",
        "Which test lets the cache fail, and still expects an answer?",
        "No code was found that bears with a cache or broker that is away.",
        r"redis|cache|outage",
    ),
    "mail": _scenario(
        "Mail provider time-out",
        "Which test lets the mail server time out, and looks at what is tried again or kept?",
        "Nothing was found that catches an error of a mail server, or tries again.",
        r"mail|smtp|retr[iy]",
    ),
    "drift": _scenario(
        "Schema drift",
        "Which test compares the committed document with the one that the code makes?",
        "There is no committed OpenAPI document (openapi.yaml, openapi.json, schema.yaml).",
        r"openapi|schema|spectacular",
    ),
    "fields": _scenario(
        "Missing fields",
        "Which test compares all fields of the answer with a list that you wrote down?",
        "No serializer, schema or answer was found that names its fields.",
        r"field|schema|openapi|json\(\)",
    ),
    "statuses": _scenario(
        "Invalid status codes",
        "Which test compares the status of this answer with the documented one?",
        "No status of an answer is written down in the code.",
        r"status",
    ),
    "load": _scenario(
        "Load spike",
        "Which test asks once more than is allowed, or for more rows than a page may have?",
        "Neither a throttle nor a greatest size of a page was found.",
        r"thrott|429|too_many|page_size",
    ),
    "concurrent": _scenario(
        "Concurrent comment creation",
        "Which test does the same twice at the same moment, and looks at what is stored?",
        "Neither a lock nor an answer to a constraint nor a transaction was found.",
        r"concurren|thread|race|transaction=True|IntegrityError",
    ),
    "xss": _scenario(
        "XSS through comments",
        "Which test sends a script, and looks at what comes out?",
        "Nothing was found that takes markup out of a text; templates that escape by themselves are not taken away.",
        r"script|xss|markup|html|saniti",
    ),
    "csrf": _scenario(
        "CSRF bypass",
        "Which test sends a change with a cookie and no token (`enforce_csrf_checks=True`), and expects 403?",
        "Neither CsrfViewMiddleware nor an enforcement of the project's own was found.",
        r"csrf",
    ),
}
Found = dict[str, list[Protection]]


def found_in(modules: Iterable[Module], documents: Mapping[str, str]) -> Found:
    """All protections, by scenario, in the order of the files; only those without which a module is still Python."""
    found: Found = {name: [] for name in SCENARIOS}
    whole: list[Protection] = []
    for module in modules:
        for each in dict.fromkeys(_of(module)):
            if _is_python(each.removed(module.text)):
                found[each.scenario].append(each)
        whole += [each for each in writes.transactions(module) if _is_python(each.removed(module.text))]
    for path, text in documents.items():
        found["drift"] += answers.documents(path, text)
    found["concurrent"] = writes.of_comments(found["concurrent"]) or writes.of_comments(whole)
    return found


def _of(module: Module) -> Iterator[Protection]:
    yield from rules.refusals(module)
    yield from rules.slugs(module)
    yield from outages.outages(module)
    yield from answers.fields(module)
    yield from answers.statuses(module)
    yield from answers.markup(module)
    yield from writes.locks(module)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
