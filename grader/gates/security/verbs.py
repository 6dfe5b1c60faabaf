"""Methods: whether a door that is shut for GET is open for another verb, or for a header that renames one."""

from collections.abc import Iterator

from grader.domain.findings import Finding, Severity
from grader.gates.security.exchange import NOBODY, Api, Reply, found
from grader.gates.security.objects import Made

_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
_REFUSED = (401, 403)
_REMEDY = "Check rights whatever the method is, and answer methods that a view has not with 405."
_RENAMED = "Take what renames methods away: whoever changes something sends the method that says so."


def probe_verbs(api: Api, path: str) -> Iterator[Finding]:
    """Where nobody is let in by GET, neither another verb nor a renamed one may let them in."""
    if api.ask(NOBODY, "GET", path).status not in _REFUSED:
        return
    for method in ("HEAD", "TRACK"):
        reply = api.ask(NOBODY, method, path)
        if reply.ok:
            message = f"{method} {path} is answered with {reply.status} where GET is refused."
            yield found("verb", Severity.HIGH, message, _REMEDY, 650, reply.curl)
            return
    plain = api.ask(NOBODY, "POST", path)
    for header in _OVERRIDES if not plain.ok else ():
        reply = api.ask(NOBODY, "POST", path, **{header: "GET"})
        if reply.ok:
            message = f"POST {path} is answered with {reply.status} when {header} says GET, and GET is refused."
            yield found("method-override", Severity.HIGH, message, _RENAMED, 650, reply.curl)
            return


def probe_override(api: Api, made: Made) -> Iterator[Finding]:
    """GET that deletes: any link, in any page, would."""
    ways: tuple[tuple[str, dict[str, str]], ...] = tuple(("", {header: "DELETE"}) for header in _OVERRIDES)
    for query, headers in (*ways, ("?_method=DELETE", {})):
        reply: Reply = api.ask(made.owner, "GET", made.path + query, **headers)
        if api.ask(made.owner, "GET", made.path).status in (404, 410):
            message = f"GET {made.collection.item} deletes where {query or next(iter(headers))} says DELETE."
            yield found("method-override", Severity.HIGH, message, _RENAMED, 650, reply.curl)
            return
