"""`grader report`: a stored result, rendered again."""

from pathlib import Path

import click

from grader.cli import options as opt
from grader.cli.console import out


@click.command("report")
@click.argument("result", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@opt.out_option
@opt.format_option
@click.option("--staff", is_flag=True, help="Keep the grader's own faults: not for learners' eyes.")
def command(result: Path, out_dir: Path, formats: tuple[str, ...], staff: bool) -> None:
    """Render RESULT, a result.json, in other formats; decides nothing and measures nothing."""
    from grader.cli.outcome import write_reports
    from grader.domain.errors import UsageError_
    from grader.report import decode

    try:
        stored = decode(result.read_bytes())
    except UsageError_ as wrong:
        raise UsageError_(f"{result}: {wrong.message}", wrong.hint) from None
    written = write_reports(stored, out_dir, formats, staff=staff)
    out.print(f"Wrote {', '.join(map(str, written))}.", markup=False, soft_wrap=True)
