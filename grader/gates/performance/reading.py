"""A project that is not the course's: the pages that its own OpenAPI document names are read, and nothing else."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from random import Random

from grader.gates.contract.document import Document, NoDocument, committed, mapping, read
from grader.gates.performance.api import ANSWER_S, Unfit
from grader.gates.performance.side import Side
from grader.gates.performance.spike import PEOPLE, TURNS, WITHIN_S
from grader.gates.performance.visitor import Unanswered, Visit, browser
from grader.gates.subject import Subject
from grader.sandbox import http
from grader.sandbox.server import ApplicationServer
from grader.stage.serving import UNLIMITED, serve
from grader.stage.users import HTTPS

_BLOCK, _MOST_PAGES = 12, 24
_START_S = 60.0
_PLAIN = re.compile(r"/[\w./~-]{0,200}", re.ASCII)


class NothingToRead(Exception):
    """There is no page that is known and answers whoever comes; the message says so in a sentence."""


@dataclass(slots=True)
class Page(Visit):
    """A page that is read; right is an answer of the kind that it first had."""

    def check(self) -> None:
        """``Unfit`` if it is not answered as it was at first."""
        assert self.answer is not None
        if self.answer.status_code != self.wanted or not self.right(self.answer):
            raise Unfit(f"GET {self.path} answered {self.answer.status_code}, and not as it did before.")

    def ask(self, within_s: float = ANSWER_S) -> None:
        """Makes the request; ``Unanswered`` if there is no complete answer in that time."""
        self.answer = _get(self.api.server, self.path, self.api.headers, within_s)


@dataclass(slots=True)
class Pages:
    """A server whose pages are read in an order that is drawn, by one after the other or by many at once."""

    side: Side
    headers: Mapping[str, str]
    random: Random
    kinds: Mapping[str, str]
    largest: tuple[int, str] = (0, "")

    def visits(self) -> Iterator[Page]:
        """At least a dozen pages, each as often as the others; to be asked and checked one after the other."""
        paths = list(self.kinds) * -(-_BLOCK // len(self.kinds))
        self.random.shuffle(paths)
        for path in paths:
            page = self.page(path)
            yield page
            if page.answer:
                self.largest = max(self.largest, (len(page.answer.body), page.kind))

    def look_again(self) -> None:
        """Nothing was changed."""

    def page(self, path: str) -> Page:
        """A visit to one of them."""
        kind = self.kinds[path]
        who = _Who(self.side.server, self.headers)
        return Page(f"GET {path}", who, "GET", path, 200, lambda answer: kind_of(answer) == kind)  # type: ignore[arg-type]

    def failures_at_once(self) -> Counter[str]:
        """What goes wrong when as many people as in the course's modules read at once."""
        paths = [[self.random.choice(list(self.kinds)) for _ in range(2 * TURNS)] for _ in range(PEOPLE)]
        with ThreadPoolExecutor(PEOPLE, thread_name_prefix="person") as pool:
            return sum(pool.map(self._read, paths), Counter())

    def _read(self, paths: list[str]) -> Counter[str]:
        failed: Counter[str] = Counter()
        for page in map(self.page, paths):
            try:
                page.ask(WITHIN_S)
                page.check()
            except Unfit as unfit:
                failed[str(unfit)] += 1
                if isinstance(unfit, Unanswered):
                    break
        return failed


@dataclass(frozen=True, slots=True)
class _Who:
    server: ApplicationServer
    headers: Mapping[str, str]


@contextmanager
def pages(subject: Subject) -> Iterator[Pages]:
    """The project, served, and what of it can be read.

    Raises:
        Broken: it does not get through its migrations.
        Unfit: it does not answer, or with nothing but faults of its own.
        NothingToRead: no page is known that answers 200 to whoever comes.
    """
    with ExitStack() as stack:
        random = Random(subject.seed)
        server = serve(subject.stage, stack, env=UNLIMITED)
        headers = {**browser(random), **HTTPS}
        first = subject.layout.health or "/"
        _get(server, first, headers, within_s=_START_S)
        paths = [first, *_documented(subject, server, headers)]
        answers = {path: _get(server, path, headers) for path in dict.fromkeys(paths[:_MOST_PAGES])}
        kinds = {path: kind_of(answer) for path, answer in answers.items() if answer.status_code == 200}
        if not kinds:
            raise _nothing({path: answer.status_code for path, answer in answers.items()})
        services = subject.stage.services
        side = Side(server, (server.process, services.postgres_server.process, services.redis_server.process))
        yield Pages(side, headers, random, kinds)


def _nothing(statuses: Mapping[str, int]) -> Exception:
    """Why nothing can be read, from what the pages that are known were answered with."""
    for path, status in statuses.items():
        if status >= 500:
            return Unfit(f"GET {path} answered {status}.")
    return NothingToRead("No page is known that answers 200 to whoever comes: name `schema` in track.toml.")


def kind_of(answer: http.Response) -> str:
    """What an answer has in common with the next one of the same page."""
    content = answer.header("Content-Type").partition(";")[0].lower()
    if not content.endswith("json"):
        return f"{content} {bool(answer.body)}"
    try:
        return f"{content} {type(json.loads(answer.text)).__name__}"
    except (ValueError, RecursionError):
        return "no JSON"


def _documented(subject: Subject, server: ApplicationServer, headers: Mapping[str, str]) -> list[str]:
    """The paths of GET without parameters that have to be given, of the document that it serves or keeps."""
    document: Document | None = None
    try:
        if subject.layout.schema:
            answer = _get(server, subject.layout.schema, headers)
            document = read(answer.body, "The document") if answer.status_code == 200 else None
        if document is None and (found := committed(subject.submission)):
            document = found[1]
    except (NoDocument, Unfit):  # the gate of contracts says what is wrong with it
        return []
    operations = document.operations() if document else ()
    return [each.path for each in operations if each.method == "get" and _is_plain(document, each.path, each.body)]


def _is_plain(document: Document | None, path: str, body: Mapping[str, object]) -> bool:
    parameters = body.get("parameters")
    given = parameters if isinstance(parameters, list) else []
    needs = document is None or any(mapping(document.resolved(each)).get("required") for each in given)
    return not needs and _PLAIN.fullmatch(path) is not None


def _get(server: ApplicationServer, path: str, headers: Mapping[str, str], within_s: float = ANSWER_S) -> http.Response:
    try:
        return server.get(path, headers, timeout_s=within_s)
    except (ConnectionError, TimeoutError):
        raise Unanswered(f"GET {path} gave no complete answer within {within_s:g} s.") from None
