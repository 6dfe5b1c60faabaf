"""Two sorts of changed modules, tried side by side: by swapped code, and imported anew."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from grader.gates.subject import Subject
from grader.gates.suite.runner import SuiteRunner

# Whether code is swapped where the tests have been collected.
SORTS = (True, False)


class Sides:
    """A runner for each sort, or one for both: two of them share neither services nor files."""

    def __init__(self, *runners: SuiteRunner) -> None:
        self._runners = runners

    @property
    def first(self) -> SuiteRunner:
        """One of them, while ``each`` is not under way."""
        return self._runners[0]

    @property
    def warm(self) -> bool:
        """Whether code can be swapped at all."""
        return self.first.warm

    def each[T](self, work: Callable[[bool, SuiteRunner], T]) -> dict[bool, T]:
        """What ``work`` gives for each sort, warm first. Raises what it raises, when both have come to their ends."""
        if len(self._runners) == 1:
            return {warm: work(warm, self._runners[0]) for warm in SORTS}
        with ThreadPoolExecutor(len(SORTS), thread_name_prefix="side") as pool:
            asked = {warm: pool.submit(work, warm, runner) for warm, runner in zip(SORTS, self._runners, strict=True)}
        return {warm: future.result() for warm, future in asked.items()}


@contextmanager
def sides(subject: Subject) -> Iterator[Sides]:
    """Two where the run has more than one processor and both sorts are possible."""
    runner = SuiteRunner(subject)
    if subject.lanes < len(SORTS) or not runner.warm:
        yield Sides(runner)
        return
    with subject.apart() as other:
        yield Sides(runner, SuiteRunner(other))
