"""`grader gates`: the quality gates on any Django project, whoever wrote it."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from grader.cli import options as opt
from grader.cli.console import out, progress

if TYPE_CHECKING:
    from grader.domain.result import Result


@click.command("gates")
@click.argument("project", type=click.Path(path_type=Path), default=Path())
@opt.path_option
@opt.out_option
@opt.format_option
@opt.sandbox_option
@opt.seed_option
@opt.course_option
@click.option("--commit", help="Take this commit of a git repository instead of the files of a folder.")
@click.option("--database", type=click.Choice(["postgres", "sqlite"]), default="postgres", show_default=True)
@click.option("--jobs", type=click.IntRange(1, 16), help="Gates that run at the same time; one a core, up to four.")
@click.option(
    "--only",
    "names",
    multiple=True,
    metavar="GATE",
    help="Only this gate, such as `style`, or one of its metrics, such as `style.mypy`; may be repeated.",
)
@click.option(
    "--compose",
    is_flag=True,
    help="Start its Compose file too, by a rootless container engine, and ask its health endpoint; without weight.",
)
@click.option("--fresh", is_flag=True, help="Measure anew, even what was measured before and has not changed since.")
@click.option("--staff", is_flag=True, help="Show the grader's own faults too.")
def command(
    project: Path,
    path: str | None,
    out_dir: Path,
    formats: tuple[str, ...],
    sandbox: Literal["auto", "bubblewrap", "process"],
    seed: int | None,
    course_dir: Path | None,
    commit: str | None,
    database: Literal["postgres", "sqlite"],
    jobs: int | None,
    names: tuple[str, ...],
    compose: bool,
    fresh: bool,
    staff: bool,
) -> None:
    """Measure PROJECT (here, unless named) and hold it against the thresholds of the course's rubric.

    Its settings, server and tests are looked for; what cannot be found is named in a track.toml of the project.
    """
    from grader.cli.another_python import again_on, other_python
    from grader.cli.destination import destination
    from grader.cli.make_ready import with_reports_ready
    from grader.course import gates_alone, load_course
    from grader.environment.faults import AnotherPython, OtherPython
    from grader.pipeline import EvidenceStore, Options, grade
    from grader.sandbox.temporary import refuse_closed

    refuse_closed()
    course = load_course(opt.find_course(course_dir))
    assignment = gates_alone(course, opt.gates_named(course.rubric, names))

    def measured(other: OtherPython) -> "Result":
        choices = Options(
            state_dir=opt.state_dir(),
            sandbox=sandbox,
            database=database,
            seed=seed,
            path=path,
            commit=commit,
            lanes=jobs or opt.lanes(),
            fresh=fresh,
            other_python=other,
            compose=compose,
        )
        store = None if compose else EvidenceStore(opt.state_dir() / "evidence")  # an engine may answer otherwise today
        with destination(out_dir, project, inside=True), progress() as show:
            return grade(project, assignment, choices, progress=with_reports_ready(show, formats), store=store)

    try:
        result = measured(other_python())
    except AnotherPython as other:
        again_on(other, opt.state_dir())
        result = measured("ignore")
    from grader.cli.outcome import finish

    raise click.exceptions.Exit(finish(result, out_dir, formats, staff=staff, console=out, given=project))
