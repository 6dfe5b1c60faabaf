"""`grader doctor`: what this machine has, and how to get the rest."""

import click
from rich.table import Table

from grader.cli import options as opt
from grader.cli.console import out


@click.command("doctor")
def command() -> None:
    """Say what this machine has for grading, and how to get what it lacks."""
    from grader.sandbox import probe

    findings = probe()
    table = Table(box=None, pad_edge=False, show_header=False)
    for finding in findings:
        mark = "[green]✓ has[/]" if finding.ok else "[red]✗ lacks[/]" if finding.required else "[yellow]– without[/]"
        table.add_row(mark, finding.name, finding.detail, "" if finding.ok else finding.hint)
    out.print(table)
    out.print(f"Cache: {opt.state_dir()}", markup=False)
    ready = all(f.ok for f in findings if f.required)
    out.print("This machine can grade officially." if ready else "This machine cannot grade officially yet.")
    raise click.exceptions.Exit(0 if ready else 3)
