"""What tests of gates share: a folder of files, measured in the real sandbox."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.domain.evidence import Measurement
from grader.domain.layout import COURSE, Layout
from grader.gates import measure, subjects
from grader.stage.spec import SandboxKind, StageSpec

MeasureFiles = Callable[..., tuple[Measurement, ...]]


def write(root: Path, files: Mapping[str, str]) -> None:
    """These files, readable for everybody, as the trusted copy of a submission is."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def spec_of(
    root: Path,
    state_dir: Path,
    *,
    deps: Path | None = None,
    layout: Layout = COURSE,
    folder: Path | None = None,
    kind: SandboxKind = "bubblewrap",
) -> StageSpec:
    """How these tests run a submission. Without ``deps`` it has no packages; ``folder`` is for this run alone."""
    return StageSpec(
        submission=root,
        deps=deps or root,
        sandbox=kind,
        database="postgres",
        mode="fork",
        state_dir=state_dir,
        folder=folder or state_dir,
        layout=layout,
    )


@pytest.fixture
def measure_files(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> MeasureFiles:
    """``measure_files({path: text}, *metrics)``: the measurements of a submission of these files."""

    def measured(files: Mapping[str, str], *metrics: str) -> tuple[Measurement, ...]:
        write(tmp_path, files)
        spec = spec_of(tmp_path, tmp_path_factory.mktemp("state"))
        return measure(metrics, subjects(spec, seed=1), progress=lambda step: None)

    return measured
