"""The fixture ``tools``: programs that look at the submission, in a sandbox, by the course's configuration."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.checkpoint.kit.files import Files
from grader.domain.words import bounded
from grader.stage.edited import edited
from grader.stage.outcome import Late
from grader.stage.stage import Stage
from grader.tools.tool import Tool, run

_MOST_FINDINGS = 10
_GRAVE = ("error", "warning")


@dataclass(frozen=True, slots=True)
class ToolReport:
    """What a tool came to: whether it is content, what it found, in words, and the first of what it wrote."""

    ok: bool
    findings: tuple[str, ...] = ()
    out: str = ""


class Tools:
    """Each tool's verdict on the submission, or on a copy with ``edits`` ({path: text})."""

    def __init__(self, stage: Stage, files: Files, note: Callable[[bool, str, bool], None]) -> None:
        self._stage, self._files, self._note = stage, files, note

    def poetry(
        self,
        *words: str,
        edits: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        within_s: float = 120.0,
    ) -> ToolReport:
        """``poetry`` and these words, offline, in a fresh copy with the locked packages installed.

        Fails the check if it has not ended by then.
        """
        from grader.tools.poetry import poetry  # only the checks that need it wait for its import

        spec = self._stage.spec
        tool = poetry(words, cache=spec.state_dir / "environments", env=env, kind=spec.sandbox, within_s=within_s)
        code, out = self._run(" ".join(("poetry", *words)), tool, edits)
        # A sandbox of its own, in which nothing but the submission and the grader's own words lies.
        self._note(code == 0, out, not edits and not env)
        return ToolReport(code == 0, out=bounded(out, 20_000))

    def hadolint(self, path: str) -> ToolReport:
        """hadolint's findings of level warning and above on a Dockerfile; not ok if it cannot read the file."""
        from grader.tools.hadolint import hadolint

        self._files.path(path)
        code, out = self._run(f"hadolint {path}", hadolint(path), None)
        try:
            found = [one for one in json.loads(out) if one["level"] in _GRAVE]
            findings = tuple(f"line {one['line']}: {one['code']} {one['message']}" for one in found)
        except (ValueError, TypeError, KeyError, RecursionError):
            return ToolReport(False, (), bounded(out, 2_000))
        return ToolReport(code == 0 and not findings, tuple(bounded(f, 160) for f in findings[:_MOST_FINDINGS]), "")

    def compose(self, path: str) -> ToolReport:
        """Whether a file follows the Compose specification. It is read as plain data: nothing in it is resolved."""
        from grader.tools.compose import compose_problems

        findings = compose_problems(self._files.yaml(path))
        return ToolReport(not findings, tuple(bounded(finding, 160) for finding in findings))

    def _run(self, what: str, tool: Tool, edits: Mapping[str, str] | None) -> tuple[int, str]:
        spec = self._stage.spec
        with edited(spec.submission, edits, spec.folder) as root:
            output = run(tool, self._stage.sandbox, submission=root, deps=spec.deps)
        if output.timed_out:
            raise Late(f"`{what}` ends within {tool.launch.limits.wall_s:g} s", "it still ran")
        return output.status, output.text
