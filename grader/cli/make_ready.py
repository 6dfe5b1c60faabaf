"""What needs no result is made ready while the checks run, so that nobody waits for it after them."""

from collections.abc import Callable
from contextlib import suppress

from grader.domain.progress import Progress


def with_reports_ready(show: Callable[[Progress], None], formats: tuple[str, ...]) -> Callable[[Progress], None]:
    """``show``, which after the first check of the run also makes the reports in ``formats`` ready.

    From then on this process only waits. What goes wrong is left for the time when a report is really written.
    """
    ready = False

    def step(progress: Progress) -> None:
        nonlocal ready
        show(progress)
        if progress.total and not ready:
            ready = True
            with suppress(Exception):
                _make_ready(formats)

    return step


def _make_ready(formats: tuple[str, ...]) -> None:
    from grader.cli.outcome import make_ready  # not at the top: importing it is a part of what can wait

    make_ready(formats)
