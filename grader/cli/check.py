"""`grader check`: the public checks on one's own work, in the fast mode."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import click

from grader.cli import options as opt
from grader.cli.console import err, out, progress
from grader.domain.errors import SandboxError


@click.command("check")
@click.argument("submission", type=click.Path(path_type=Path), default=Path())
@opt.module_option
@opt.path_option
@opt.out_option
@opt.format_option
@opt.verbose_option
@opt.sandbox_option
@opt.seed_option
@opt.course_option
@click.option("--database", type=click.Choice(["postgres", "sqlite"]), default="sqlite", show_default=True)
@opt.only_option
@opt.gates_option
@click.option("--fresh", is_flag=True, help="Measure gates anew, even where nothing has changed since.")
def command(
    submission: Path,
    number: int | None,
    path: str | None,
    out_dir: Path,
    formats: tuple[str, ...],
    verbose: bool,
    sandbox: Literal["auto", "bubblewrap", "process"],
    seed: int | None,
    course_dir: Path | None,
    database: Literal["postgres", "sqlite"],
    criteria: tuple[str, ...],
    gates: tuple[str, ...],
    fresh: bool,
) -> None:
    """Run the public checks of a module on SUBMISSION (here, unless named), and the gates that give points.

    Gates take minutes: what was measured with one, and has not changed since, is not measured again.
    """
    from grader.cli.assign import assignment
    from grader.cli.destination import destination
    from grader.cli.make_ready import with_reports_ready
    from grader.pipeline import EvidenceStore, Options, grade

    with (
        assignment(opt.find_course(course_dir), number, submission, path, gates) as chosen,
        destination(out_dir, submission, inside=True),
        progress() as show,
    ):
        metrics = opt.metrics(chosen.module, gates)
        if metrics is None:  # what is only shown takes time that no point depends on
            chosen = replace(chosen, module=chosen.module.counting())
        choices = Options(
            state_dir=opt.state_dir(),
            sandbox=on_own_machine(sandbox),
            database=database,
            mode="savepoint",
            seed=seed,
            path=path,
            public_only=True,
            criteria=opt.only(chosen.module, criteria, metrics),
            gates=metrics,
            gates_at_once=opt.lanes(),
            fresh=fresh,
        )
        has_gates = bool(metrics) if metrics is not None or criteria else bool(chosen.module.gates)
        store = EvidenceStore(opt.state_dir() / "evidence") if has_gates else None
        result = grade(submission, chosen, choices, progress=with_reports_ready(show, formats), store=store)
    from grader.cli.outcome import finish  # by now it is imported, where a check ran

    raise click.exceptions.Exit(
        finish(result, out_dir, formats, staff=False, console=out, verbose=verbose, given=submission)
    )


def on_own_machine(
    sandbox: Literal["auto", "bubblewrap", "process"],
) -> Literal["auto", "bubblewrap", "process"]:
    """One's own code on one's own machine may run without a sandbox where none is to be had; say so."""
    if sandbox != "auto":
        return sandbox
    from grader.sandbox import open_sandbox

    try:
        open_sandbox("auto", state_dir=opt.state_dir()).close()
    except SandboxError as missing:
        err.print(f"[yellow]No sandbox here ({missing.message}): your project runs as a plain process.[/]")
        return "process"
    return "auto"
