"""`grader course`: build the states of the application, and let the course prove itself."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from rich.markup import escape

from grader.cli import options as opt
from grader.cli.console import err, out, progress
from grader.domain.course import CAPSTONE

if TYPE_CHECKING:
    from grader.course import Course


class _StateNumber(click.ParamType[int]):
    """A state's checkpoint, as people write it: the number of a module, or ``capstone``."""

    name = "1-5|capstone"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number of the checkpoint; fails with what may be written instead."""
        from grader.course.grammar import CHECKPOINTS

        text = str(value)
        if text == CAPSTONE:
            return CHECKPOINTS[-1]
        number = int(text) if text.isascii() and text.isdigit() else 0
        if number not in CHECKPOINTS[:-1]:
            self.fail(f"{text!r} is neither 1 to {CHECKPOINTS[-2]} nor {CAPSTONE!r}.", param, ctx)
        return number

    @staticmethod
    def spoken(number: int) -> str:
        """What a message calls the state of this checkpoint: "03", or "of the capstone"."""
        from grader.course.grammar import CAPSTONE_CHECKPOINT

        return "of the capstone" if number == CAPSTONE_CHECKPOINT else f"{number:02d}"


_STATE = _StateNumber()


@click.group("course")
def command() -> None:
    """Build the course from its one source, and prove that it is right."""


@command.command("build")
@opt.course_option
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a committed starter has drifted.")
@click.option("--solution", type=_STATE, help="Write the solution of this module instead, or of the capstone.")
@click.option("--starter", type=_STATE, help="Write the starter of this module instead, or of the capstone.")
@click.option("--out", "folder", type=click.Path(path_type=Path), help="Where to write that one state.")
def build(course_dir: Path | None, check: bool, solution: int | None, starter: int | None, folder: Path | None) -> None:
    """Project capstone/reference to the committed starters, or to one solution or starter."""
    from grader.course import build_solution, build_starter, build_starters, check_starters, load_course

    course = load_course(opt.find_course(course_dir))
    if solution and starter:
        raise click.UsageError("One state at a time: --solution or --starter.")
    if number := solution or starter:
        if folder is None:
            raise click.UsageError("Say where it is to be written: --out DIR.")
        write = build_solution if solution else build_starter
        name = f"{'solution' if solution else 'starter'} {_STATE.spoken(number)}"
        out.print(f"Wrote {name} to {write(course, number, opt.empty_folder(folder))}.", markup=False)
        return
    if check:
        _refuse_what_lint_finds(course)
    drift = check_starters(course) if check else build_starters(course)
    for found in drift:
        out.print(f"  {found.kind:8} {found.path}", markup=False)
    if check and drift:
        err.print("The starters are not what the reference projects to. Run: grader course build")
        raise click.exceptions.Exit(1)
    out.print(f"{len(drift)} files of the starters were written." if drift else "The starters are as they should be.")


@command.command("lint")
@opt.course_option
def lint(course_dir: Path | None) -> None:
    """Look for what is wrong without running anything, in seconds.

    Ids, docstrings and syntax of the checks; points, tasks, anchors and links of manifests and briefs; evidence of
    items of peer review; markers; mutants that do not match once; names that are not defined and imports that nothing
    uses, in every starter and solution.
    """
    from grader.course import load_course

    _refuse_what_lint_finds(load_course(opt.find_course(course_dir)))
    out.print("Checks, briefs, mutants and markers fit; every state defines the names that it uses.")


def _refuse_what_lint_finds(course: "Course") -> None:
    """Prints what is wrong and ends with 1, before anything that takes longer is begun."""
    from grader.course.lint import lint

    problems = lint(course)
    for found in problems:
        out.print(str(found), markup=False, soft_wrap=True)
    if problems:
        err.print(f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'}: grader course lint")
        raise click.exceptions.Exit(1)


@command.command("new-criterion")
@click.argument("criterion")
@opt.course_option
@click.option("--module", "number", type=click.IntRange(1, 5), required=True, help="The module that asks for it.")
@click.option("--task", type=click.IntRange(1), required=True, help="The task of the brief that it belongs to.")
@click.option("--title", required=True, help="What is true of a right solution, in a sentence.")
@click.option("--points", type=click.IntRange(1), default=1, show_default=True, help="What it is worth.")
@click.option("--taken-from", required=True, help="The criterion that gives these points, so that 100 stay 100.")
@click.option("--hidden", is_flag=True, help="Begin a hidden check instead of a public one.")
def new_criterion(
    criterion: str,
    course_dir: Path | None,
    number: int,
    task: int,
    title: str,
    points: int,
    taken_from: str,
    hidden: bool,
) -> None:
    """Begin CRITERION, such as domain.title-not-blank: its lines in the manifest, a check, a mutant."""
    from grader.course import load_course
    from grader.course.scaffold import NewCriterion, begin_criterion

    course = load_course(opt.find_course(course_dir))
    module = next((m for m in course.modules if m.number == number and m.criteria), None)
    if module is None:
        raise click.UsageError(f"Module {number:02d} has no criteria yet: write its manifest by hand.")
    new = NewCriterion(criterion, title, task, points, taken_from, hidden)
    for path in begin_criterion(course, module, new):
        out.print(f"  {path.relative_to(course.root)}", markup=False, soft_wrap=True)
    out.print("Fill each TODO, then: make reference; grader course lint", markup=False)
    out.print(f"At last, see that the mutant fails it: grader course prove --only {criterion}", markup=False)


@command.command("verify")
@opt.course_option
@click.option("--module", "number", type=click.IntRange(1, 5), help="Only this module.")
@click.option("--sample", type=click.IntRange(0), default=4, show_default=True, help="Entries to grade anew as well.")
@click.option("--seed", type=click.IntRange(0), help="Draw the sample that an earlier run drew.")
@click.option("--strict", is_flag=True, help="As before a release: nothing may have been graded by an older grader.")
def verify(course_dir: Path | None, number: int | None, sample: int, seed: int | None, strict: bool) -> None:
    """Check everything that the course promises; grade what changed since the ledger, and a sample of the rest."""
    from grader.course import load_course
    from grader.course.verify import verify as run

    course = load_course(opt.find_course(course_dir))
    _refuse_what_lint_finds(course)
    seed = secrets.randbits(16) if seed is None else seed
    with progress() as show:
        findings = run(
            course, state_dir=opt.state_dir(), sample=sample, only=number, seed=seed, progress=show, strict=strict
        )
    for finding in findings:
        out.print(f"[red]✗[/] {escape(finding.where)}: {escape(finding.problem)}", soft_wrap=True)
        out.print(f"  {escape(finding.remedy)}", soft_wrap=True)
    if findings:
        out.print(f"{len(findings)} findings. The sample was drawn by --seed {seed}.")
        raise click.exceptions.Exit(1)
    out.print(f"The course is right. The sample was drawn by --seed {seed}.")


@command.command("prove")
@opt.course_option
@click.option("--module", "number", type=click.IntRange(1, 5), help="Only this module.")
@click.option("--only", "names", multiple=True, help="Only this mutant, state or criterion, changed or not.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Gradings at a time.")
@click.option("--anew", is_flag=True, help="Grade everything, though nothing changed.")
@click.option("--older-grader", "older", is_flag=True, help="Also what a grader with other code has graded.")
@click.option("--under-load", is_flag=True, help="Instead: a solution, again and again on a machine kept busy.")
@click.option("--rounds", type=click.IntRange(1), default=20, show_default=True, help="Gradings under each load.")
@click.option("--seeds", type=click.IntRange(2), help="Instead: states and accepted submissions, under so many seeds.")
def prove(
    course_dir: Path | None,
    number: int | None,
    names: tuple[str, ...],
    jobs: int,
    anew: bool,
    older: bool,
    under_load: bool,
    rounds: int,
    seeds: int | None,
) -> None:
    """Grade every state and every mutant whose inputs changed, and write the ledger after each."""
    from grader.course import load_course
    from grader.course.prove import prove as run

    course = load_course(opt.find_course(course_dir))
    _refuse_what_lint_finds(course)
    if under_load:
        _prove_under_load(course, number or 2, rounds, anew)
    if seeds:
        _prove_by_seeds(course, number, names, jobs, anew, seeds)
    with progress() as show:
        proof = run(
            course,
            state_dir=opt.state_dir(),
            only=number,
            jobs=jobs,
            anew=anew,
            older=older,
            names=names,
            progress=show,
        )
    for entry in proof.wrong:
        out.print(f"[red]✗[/] {escape(entry.name)}: {escape(entry.problem)}", soft_wrap=True)
    by_older = f", {proof.older} by an older grader (--older-grader)" if proof.older else ""
    out.print(f"{proof.total} entries, {proof.graded} graded now{by_older}, {len(proof.wrong)} wrong.")
    raise click.exceptions.Exit(1 if proof.wrong else 0)


def _prove_under_load(course: "Course", number: int, rounds: int, anew: bool) -> NoReturn:
    """Says of each kind of load how many gradings gave full marks; 1 if one did not."""
    from grader.course.load import KINDS, prove_under_load

    with progress() as show:
        known = prove_under_load(
            course,
            state_dir=opt.state_dir(),
            progress=show,
            only=number,
            rounds=rounds,
            lanes=opt.lanes(),
            anew=anew,
        )
    steady = True
    for kind, words in KINDS.items():
        found = known[f"{number:02d}/{kind}"]
        full = found.scores.count(found.full)
        steady = steady and full == len(found.scores)
        out.print(f"{words}: {full} of {len(found.scores)} with {found.full} points, {found.repeated} cases repeated.")
    raise click.exceptions.Exit(0 if steady else 1)


def _prove_by_seeds(
    course: "Course", number: int | None, names: tuple[str, ...], jobs: int, anew: bool, seeds: int
) -> NoReturn:
    """Says of each entry which criteria came out otherwise, and how near checks came to their limit; 1 if any did."""
    from grader.course.seeds import repeat

    with progress() as show:
        known = repeat(
            course,
            state_dir=opt.state_dir(),
            progress=show,
            only=number,
            jobs=jobs,
            seeds=seeds,
            names=names,
            anew=anew,
        )
    for name, found in known.items():
        slow = max(found.slowest.items(), key=lambda item: item[1], default=("", 0.0))
        nearest = f"; {slow[0]} took {slow[1]:.0%} of its time" if slow[0] else ""
        steady = f"not the same: {', '.join(found.unsteady)}" if found.unsteady else "the same"
        out.print(f"{name}, {len(found.seeds)} seeds: {steady}{nearest}.", soft_wrap=True, markup=False)
    raise click.exceptions.Exit(1 if any(found.unsteady for found in known.values()) else 0)
