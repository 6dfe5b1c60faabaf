"""Runs the jobs of a workflow as a runner does: their scripts in bash, with the variables and files that it gives them.

The actions that bring and take files are done by git and by copying; every other step is run as it is written.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_SHELL = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
# Of the machine that runs the tests: where tools and packages come from. Everything else is as on a new runner.
_KEPT = ("PATH", "HOME", "LANG", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE", "PIP_NO_INDEX")
_KEPT += ("PIP_FIND_LINKS", "PIP_CERT", "SSL_CERT_FILE", "HTTPS_PROXY", "NO_PROXY", "GRADER_CACHE")


@dataclass(slots=True)
class Step:
    """A step that was run: its code, what it printed, and the variables that it was given on top of the job's."""

    name: str
    code: int
    said: str
    given: Mapping[str, str]


@dataclass(slots=True)
class Job:
    """A job in a workspace of its own. ``values`` are those of the expressions that its steps use."""

    workspace: Path
    temp: Path
    values: dict[str, str]
    origin: Path | None = None
    artifacts: Path | None = None
    more: Mapping[str, str] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)
    summary: str = ""
    failed: bool = False
    _path: str = ""
    _outcomes: dict[str, str] = field(default_factory=dict)
    _outputs: dict[str, dict[str, str]] = field(default_factory=dict)

    def run(self, steps: list[dict[str, Any]], *, skipped: Callable[[str], bool] = lambda name: False) -> None:
        """Runs the steps in order. After one that fails only those run that say so."""
        self.workspace.mkdir(parents=True, exist_ok=True)
        self.temp.mkdir(parents=True, exist_ok=True)
        for number, step in enumerate(steps):
            name = str(step.get("name") or step.get("uses", "").partition("@")[0] or number)
            if not self._is_due(step.get("if")):
                self._outcomes[step.get("id", name)] = "skipped"
                continue
            if skipped(name):
                continue
            if "uses" in step:
                self._use(step)
            else:
                self._script(name, step)

    def text(self, value: object) -> str:
        """The value with its expressions filled in; a KeyError for one that is not known."""
        return _EXPRESSION.sub(lambda match: self._value(match[1]), str(value))

    def _value(self, expression: str) -> str:
        if output := re.fullmatch(r"steps\.(\w+)\.outputs\.([\w-]+)", expression):
            return self._outputs.get(output[1], {}).get(output[2], "")
        return self.values[expression]

    def _is_due(self, condition: object) -> bool:
        """The conditions that the workflows have; any other one fails the test."""
        if condition is None:
            return not self.failed
        text = re.sub(r"^\$\{\{|\}\}$", "", str(condition)).strip()
        head, _, rest = text.partition("&&")
        assert head.strip() in ("always()", "!cancelled()"), condition
        if not rest.strip():
            return True
        found = re.fullmatch(r"steps\.(\w+)\.(?:outputs\.(\w+)|(outcome)) != '(\w*)'", rest.strip())
        assert found, condition
        value = (
            self._outputs.get(found[1], {}).get(found[2] or "", "")
            if found[2]
            else self._outcomes.get(found[1], "skipped")
        )
        return value != found[4]

    def _script(self, name: str, step: dict[str, Any]) -> None:
        given = {key: self.text(value) for key, value in (step.get("env") or {}).items()}
        files = {key: self.temp / f"_{key.lower()}" for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
        for file in files.values():
            file.write_text("")
        env = {key: os.environ[key] for key in _KEPT if key in os.environ}
        env["PATH"] = self._path + env["PATH"]
        env |= {"RUNNER_TEMP": str(self.temp), "GITHUB_WORKSPACE": str(self.workspace), "GITHUB_ACTIONS": "true"}
        env |= {key: str(file) for key, file in files.items()} | dict(self.more) | given
        script = str(step["run"])
        assert "${{" not in script, name  # what others write is never part of a script
        done = subprocess.run(
            [*_SHELL, "-c", script],
            cwd=self.workspace,
            env=env,
            capture_output=True,
            text=True,
            timeout=560,
            check=False,
        )
        self.steps[name] = Step(name, done.returncode, done.stdout + done.stderr, given)
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        said = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text("utf-8").splitlines())
        identity = step.get("id", name)
        self._outputs[identity] = said
        self._outcomes[identity] = "failure" if done.returncode else "success"
        self.failed = self.failed or bool(done.returncode)

    def output(self, step: str, name: str) -> str:
        """What a step gave out; "" if it did not."""
        return self._outputs.get(step, {}).get(name, "")

    def _use(self, step: dict[str, Any]) -> None:
        action, with_ = step["uses"].partition("@")[0], step.get("with") or {}
        match action:
            case "actions/setup-python":  # the one that runs the tests, as `python`
                real = Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()
                (self.temp / "bin").mkdir(exist_ok=True)
                for name in ("python", "python3"):
                    program = self.temp / "bin" / name
                    program.write_text(f'#!/bin/sh\nexec {shlex.quote(str(real))} "$@"\n')
                    program.chmod(0o755)
                self._path = f"{self.temp / 'bin'}{os.pathsep}"
            case "actions/checkout":
                assert with_["persist-credentials"] is False
                shutil.rmtree(self.workspace)
                subprocess.run(["git", "clone", "--quiet", str(self.origin), str(self.workspace)], check=True)
            case "actions/upload-artifact":
                assert self.artifacts is not None
                place = self.artifacts / with_["name"]
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.workspace / with_["path"], place)
            case "actions/download-artifact":
                assert self.artifacts is not None
                shutil.copytree(self.artifacts / with_["name"], self.workspace, dirs_exist_ok=True)
            case _:
                raise AssertionError(f"nobody has said what {action} does")


def read(path: Path) -> dict[str, Any]:
    """A workflow or an action as data; its events under ``on``."""
    found: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return {("on" if key is True else str(key)): value for key, value in found.items()}
