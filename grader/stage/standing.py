"""A server that many checks ask, one after the other, with people of every role in its database.

It is started when it is first needed. Before each check its rows and Redis are put back as they were at the start; what
its own process remembers is not. Therefore no public check asks one that hidden checks have asked: what it remembers
could stand in the tracebacks that are shown. A check that changes environment or process takes a server of its own.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from grader.agent.client import AgentFault
from grader.domain.start import PEOPLE
from grader.domain.text import visible
from grader.domain.words import bounded
from grader.sandbox.server import ApplicationServer
from grader.stage.people import MAKE_USERS, PeopleTemplate, Place
from grader.stage.project import Broken
from grader.stage.registry import REGISTRY
from grader.stage.serving import NONE
from grader.stage.stage import Stage
from grader.stage.users import HTTPS, NoUsers

if TYPE_CHECKING:
    from grader.stage.postgres.restoring import Snapshot

SERVING = "was being served as in production"
READY_S = 30.0
_ENDING_S = 5.0
# Lost on answers that did not come; beyond it, nothing more is asked. Enough for a dozen that hang.
PATIENCE_S = 120.0
_LOG = re.compile(r"\[\d{4}-")
_CRASH = "Exception in worker process\n"
_ANY_PATH = "/api/v1/tags/"


class StandingServer:
    """The shared server of one stage, and the template of those that checks take for themselves.

    Raises ``Broken`` throughout where the project cannot be served. ``lost_s`` are seconds spent on answers that did
    not come.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._broken: Broken | None = None
        self._shared: _Shared | None = None
        self._spoiled = self._knows_hidden = False
        self.lost_s = 0.0
        self._secret = secrets.token_hex(32)

    def shared(self, *, public: bool = False) -> Place:
        """The shared server, everything in it as it was at the start.

        A public check, of which more is shown, gets one that no hidden check has asked anything.
        """
        self._check()
        told = public and self._knows_hidden
        if self._shared is None or self._spoiled or told or not self._shared.restore():
            self.close()
            self._shared, self._knows_hidden = self._once(self._new), False
        self._knows_hidden |= not public
        return self._shared.place

    def own(
        self,
        stack: ExitStack,
        *,
        settings: str = "",
        env: Mapping[str, str | None] | None = None,
        more: Mapping[int, Path] = NONE,
        as_configured: bool = False,
    ) -> Place:
        """A server of the caller's own with the same people, until ``stack`` is unwound.

        Of rates there are no limits but those in ``env``. Nothing is said of whether it starts. ``more`` and
        ``as_configured`` as ``serve``.
        """
        self._check()
        template = self._once(lambda: self._template)
        return template.serve(stack, settings=settings, env=env, more=more, as_configured=as_configured)

    @property
    def env(self) -> Mapping[str, str]:
        """What every process beside such a server needs among its variables, to be of the same deployment."""
        return self._once(lambda: self._template).env

    def restart(
        self,
        stack: ExitStack,
        place: Place,
        *,
        env: Mapping[str, str | None] | None = None,
        more: Mapping[int, Path] = NONE,
        anew: bool = True,
    ) -> Place:
        """Kills a server that ``own`` gave, whatever it is at work on, and serves its database by another one.

        Redis is as at the start if it is ``anew``, else as it was left.
        """
        self._stage.services.kill(place.server.process)
        place.server.kill()
        return self._template.serve(stack, env=env, database=place.database, more=more, anew=anew)

    @property
    def is_out_of_patience(self) -> bool:
        """Whether so much time was spent on answers that did not come that nothing more is asked."""
        return self.lost_s > PATIENCE_S

    def spoil(self) -> None:
        """The next check gets another server: this one may still be at work on something."""
        self._spoiled = True

    def lose(self, seconds: float) -> None:
        """Notes time spent on an answer that did not come, and spoils the server."""
        self.lost_s += seconds
        self.spoil()

    def close(self) -> None:
        """Ends the shared server."""
        if self._shared is not None:
            self._shared.close()
        self._shared, self._spoiled = None, False

    @cached_property
    def _template(self) -> "PeopleTemplate":
        template = PeopleTemplate(self._stage, self._secret)
        self._stage.stack.callback(self.close)  # the services run by now, and end after it
        return template

    def _new(self) -> "_Shared":
        return _Shared(self._stage, self._template)

    def _check(self) -> None:
        self._stage.check_time()
        if self._broken is not None:
            raise self._broken
        if self.is_out_of_patience:
            why = f"Your project left the grader without an answer for {self.lost_s:.0f} s in all."
            raise AgentFault(why, unsure=True)

    def _once[T](self, step: Callable[[], T]) -> T:
        try:
            return step()
        except NoUsers as error:
            end = _last_words(error.detail)
            said = f"{error}{f' It ended with: {end}' if end else ''}"
            expected, advice = (PEOPLE, MAKE_USERS) if error.started else ("", "")
            fault = AgentFault(said, unsure=error.late, expected=expected, advice=advice)
            self._broken = Broken(SERVING, fault)
        except AgentFault as fault:
            self._broken = Broken(SERVING, fault)
        except Broken as broken:
            self._broken = broken
        raise self._broken


class _Shared:
    """The server that runs now."""

    def __init__(self, stage: Stage, template: PeopleTemplate) -> None:
        self._stage, self._template, self._stack = stage, template, ExitStack()
        try:
            self.place = template.serve(self._stack)
            self._starts = self._service_starts()
            _wait_for(self.place.server)
            self._snapshot = self._taken()
        except BaseException:
            self._stack.close()
            raise

    def restore(self) -> bool:
        """Puts everything back; false where another server is needed: it has ended, or has lost a service."""
        from grader.stage.postgres.restoring import Spoiled

        if self.place.server.process.poll() is not None or self._starts != self._service_starts():
            return False
        for service in REGISTRY:
            self._stage.services.fault(self.place.server.process, service, "ok")
        try:
            self._snapshot.restore()
        except Spoiled:
            return False
        self._template.restore_redis()
        return True

    def close(self) -> None:
        """Ends it."""
        self._stack.close()

    def _service_starts(self) -> list[int]:
        return [self._stage.services.running(service).starts for service in REGISTRY]

    def _taken(self) -> "Snapshot":
        from grader.stage.postgres.restoring import Snapshot, Spoiled

        try:
            snapshot = Snapshot(self._stage.services.postgres_server, self.place.database)
        except Spoiled:
            raise AgentFault("Its tables are not ones whose rows can be read.") from None
        self._stack.callback(snapshot.close)
        return snapshot


def _wait_for(server: ApplicationServer) -> None:
    """Until it answers anything; ``AgentFault`` if it does not, with the last line that it wrote."""
    try:
        server.get(_ANY_PATH, HTTPS, timeout_s=READY_S)
    except TimeoutError:
        raise AgentFault(f"It did not answer a request within {READY_S:.0f} s of its start.", unsure=True) from None
    except ConnectionError as error:
        if not _has_ended(server):
            return  # it answers, if badly: each check says so for itself
        said = _last_words(server.output().decode(errors="replace"))
        raise AgentFault(f"The server ended when it was started: {said or error}") from None


def _has_ended(server: ApplicationServer) -> bool:
    """Whether it has ended, or does in a moment: it hangs up before."""
    with suppress(TimeoutError):
        server.process.wait(_ENDING_S)
    return server.process.poll() is not None


def _last_words(text: str) -> str:
    """What a program ended with, in a line: of a server's log what kept a worker from starting, not what came of it."""
    before, crashed, after = visible(text).partition(_CRASH)
    lines = takewhile(lambda line: not _LOG.match(line), after.splitlines()) if crashed else before.splitlines()
    told = [line for line in lines if line[:1].strip() and not _LOG.match(line)]
    return bounded(told[-1]) if told else ""
