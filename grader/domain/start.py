"""Why a project did not start: one finding, told once for all that needs the project running."""

from dataclasses import dataclass

from grader.domain.location import Location

# What a criterion is blocked by when the project does not start: no criterion has an id without a dot.
START = "start"
# What a run needs first; what is said over a result where it is not so, and of all that waits for it.
STARTS, MIGRATES, SERVES = "a project that starts", "migrations that run", "a server that starts"
LOADS_URLS = "URLs that can be loaded"
PEOPLE = "a user of each role, stored by `save()`"
_USUAL = ("The project does not start", "the project has to start")
_SAID = {
    MIGRATES: ("The migrations do not run", "the migrations have to run"),
    LOADS_URLS: ("The URLs cannot be loaded", "the URLs have to be loaded"),
    SERVES: ("The server does not start", "the server has to start"),
    PEOPLE: ("No user of each role can be made", "a user of each role has to be made"),
}


@dataclass(frozen=True, slots=True)
class StartFailure:
    """The project did not start, or its migrations did not run, so nothing could be asked of it.

    ``expected`` is what a run needs first, ``observed`` what happened instead, with its whole chain of causes.
    ``where`` is the learner's own innermost line, ``remedy`` what to do next, ``repeat`` the command that shows the
    same on the learner's machine. ``traceback`` has the lines of the submission alone; nothing had been asked of the
    project yet that could stand in it. ``unsure`` is true of what a busy machine may have brought about as well.
    """

    expected: str
    observed: str
    remedy: str
    repeat: str
    where: Location | None = None
    traceback: str = ""
    unsure: bool = False

    @property
    def headline(self) -> str:
        """What is wrong, in a few words."""
        return _SAID.get(self.expected, _USUAL)[0]

    @property
    def needed(self) -> str:
        """What has to be first, as the end of a sentence."""
        return _SAID.get(self.expected, _USUAL)[1]
