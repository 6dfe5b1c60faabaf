"""Write the table of criteria into each brief, from its manifest: every id becomes an anchor that reports link to.

The table stands between ``<!-- criteria -->`` and ``<!-- /criteria -->`` of ``modules/*/README.md``. With ``--check``
nothing is written, and the exit code says whether the committed briefs are current.
"""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_PLACE = re.compile(r"<!-- criteria -->(?:.*?<!-- /criteria -->)?", re.DOTALL)


def briefs() -> tuple[Path, ...]:
    """The briefs of all modules that have criteria, in the order of the modules."""
    manifests = sorted(ROOT.glob("modules/*/module.toml"))
    return tuple(manifest.with_name("README.md") for manifest in manifests if _criteria(manifest))


def _criteria(manifest: Path) -> list[dict[str, Any]]:
    return list(tomllib.loads(manifest.read_text("utf-8")).get("criteria", []))


def with_table(brief: Path) -> str:
    """The text of the brief as it should be. ``ValueError`` if it has no place for the table, or two."""
    criteria = _criteria(brief.with_name("module.toml"))
    text, places = _PLACE.subn(lambda _: _table(criteria), brief.read_text("utf-8"))
    if places != 1:
        raise ValueError(f"{brief}: write <!-- criteria --> once, where the table of criteria belongs")
    return text


def _table(criteria: list[dict[str, Any]]) -> str:
    rows = "\n".join(_row(criterion) for criterion in sorted(criteria, key=lambda c: int(c["task"])))
    return (
        "<!-- criteria -->\n<!-- written by `make reference` from module.toml -->\n\n"
        f"| task | criterion | points | seen by |\n|---|---|---|---|\n{rows}\n\n<!-- /criteria -->"
    )


def _row(criterion: dict[str, Any]) -> str:
    title = str(criterion["title"]).replace("|", "\\|")
    points = "manual" if criterion.get("manual") else criterion["points"]
    seen = ", ".join(criterion["seen_by"])
    return f'| {criterion["task"]} | <a id="{criterion["id"]}"></a>{title} `{criterion["id"]}` | {points} | {seen} |'


def main(arguments: list[str]) -> int:
    """Write or check the briefs; 0 if they are current now, 1 if one was not and was not written."""
    stale = [brief for brief in briefs() if brief.read_text("utf-8") != with_table(brief)]
    if "--check" in arguments:
        for brief in stale:
            print(
                f"{brief.relative_to(ROOT)} is not what its manifest says. Write it anew: make reference",
                file=sys.stderr,
            )
        return 1 if stale else 0
    for brief in stale:
        brief.write_text(with_table(brief), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
