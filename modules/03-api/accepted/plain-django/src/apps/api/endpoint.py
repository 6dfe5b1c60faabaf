"""An operation, and the view that leads a request to the right one of its path."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from api.problems import Problem, unauthorized
from api.rules import Rule
from django.db import IntegrityError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse

ATTEMPTS = 4


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one method does at one path, who may do it, and what the document says about it."""

    id: str
    method: str
    path: str  # below /api/v1/, as the document writes it: posts/{id}/
    summary: str
    rule: Rule
    run: Callable[..., HttpResponse]
    returns: str = ""  # names a schema; empty: no body
    takes: str = ""
    parameters: tuple[str, ...] = field(default=())
    refusals: tuple[int, ...] = field(default=())
    is_idempotent: bool = False

    @property
    def tag(self) -> str:
        """The collection."""
        return self.path.partition("/")[0]

    @property
    def status(self) -> int:
        """Of success."""
        if not self.returns:
            return 204
        return 201 if self.method == "POST" and self.takes else 200


class Endpoint:
    """All operations of one path, as a view."""

    csrf_exempt = True  # SessionCsrfMiddleware asks for the token

    def __init__(self, operations: Iterable[Operation], *, is_for_members: bool = False) -> None:
        self.operations = {operation.method: operation for operation in operations}
        self.is_for_members = is_for_members

    def __call__(self, request: HttpRequest, **kwargs: int) -> HttpResponse:
        """The answer, whatever it is."""
        try:
            return self._answer(request, **kwargs)
        except Problem as problem:
            return problem.response(request)

    def _answer(self, request: HttpRequest, **kwargs: int) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": self.allowed})
        method = "GET" if request.method == "HEAD" else request.method or ""
        operation = self.operations.get(method)
        if operation is None:
            if self.is_for_members and not request.user.is_authenticated:
                raise unauthorized()
            raise Problem(
                405,
                "method_not_allowed",
                f"Here one can {self.allowed}.",
                headers={"Allow": self.allowed},
            )
        operation.rule.admit(request.user)
        return operation.run(request, **kwargs)

    @property
    def allowed(self) -> str:
        """The value of the header Allow."""
        names = [*self.operations, "OPTIONS"]
        if "GET" in self.operations:
            names.insert(1, "HEAD")
        return ", ".join(names)


def in_transaction[T](work: Callable[[], T]) -> T:
    """Do the work, all of it or nothing.

    What somebody else did at the same moment may break a rule of the database that we asked about
    before. Then we look again: the second time the rules of the domain can name the field.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except IntegrityError as error:
            if attempt == ATTEMPTS:
                raise Problem(409, "conflict", "Somebody else changes the same thing. Try again.") from error
        except OperationalError as error:
            sqlstate = getattr(error.__cause__, "sqlstate", None)
            if attempt == ATTEMPTS or sqlstate not in {"40P01", "40001"}:
                raise
    raise AssertionError("not reached")
