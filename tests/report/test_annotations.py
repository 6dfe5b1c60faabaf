"""Annotations, read as the runner of a workflow reads them: no text of a learner's is a command, or part of one."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain.evidence import Location
from grader.report import REPORTS
from tests.report.samples import SAMPLES
from tests.report.test_commands import ATTEMPTS, spoken

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def annotations(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Kind, properties and message of each line, as the runner takes them apart; a line that is none fails here."""

    def plain(value: str) -> str:
        found = value.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",")
        return found.replace("%25", "%")

    found = []
    for line in text.splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(part.split("=", 1) for part in match[2].split(","))
        found.append((match[1], {name: plain(value) for name, value in properties.items()}, plain(match[3])))
    return found


def test_what_failed_is_said_on_its_line_below_the_folder_of_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATIONS_FOLDER", "./modules/02-domain-modeling/starter/")
    found = annotations(REPORTS["annotations"].render(SAMPLES["mixed"]()))
    kind, where, said = next(each for each in found if each[1]["title"].startswith("Two posts may share"))
    assert (kind, where["line"]) == ("error", "42")
    assert where["file"] == "modules/02-domain-modeling/starter/src/apps/posts/models.py"
    assert "Expected: " in said
    assert "Observed: " in said


@pytest.mark.parametrize("folder", ["", "."])
def test_a_project_at_the_root(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    monkeypatch.setenv("ANNOTATIONS_FOLDER", folder)
    found = annotations(REPORTS["annotations"].render(SAMPLES["mixed"]()))
    assert "src/apps/posts/models.py" in {where.get("file") for _, where, _ in found}


@pytest.mark.parametrize(("name", "kind"), [("met", "notice"), ("ungraded", "warning"), ("practice", "notice")])
def test_the_last_is_the_verdict(name: str, kind: str) -> None:
    found = annotations(REPORTS["annotations"].render(SAMPLES[name]()))
    assert found[-1][0] == kind
    assert "points." in found[-1][2]


def test_a_project_that_does_not_start_has_one_error() -> None:
    found = annotations(REPORTS["annotations"].render(SAMPLES["unstarted"]()))
    assert [kind for kind, _, _ in found].count("error") <= 2
    assert found[0][1]["title"] == "The project does not start"


def test_more_than_a_page_shows_are_counted() -> None:
    mixed = SAMPLES["mixed"]()
    failing = next(c for c in mixed.criteria if c.status == "failed")
    many = replace(
        mixed, criteria=tuple(replace(failing, id=f"domain.c{n}", title=f"C {n}") for n in range(30)), gates=()
    )
    many = replace(many, criteria=tuple(_apart(c, n) for n, c in enumerate(many.criteria)))
    found = annotations(REPORTS["annotations"].render(many))
    assert len([1 for kind, _, _ in found if kind == "error"]) == 10
    assert "21 more things failed" in found[9][2]


def _apart(criterion, number: int):  # type: ignore[no-untyped-def]
    seen = tuple(replace(o, observed=f"{o.observed} {number}", cause="") for o in criterion.observations)
    return replace(criterion, observations=seen)


@pytest.mark.parametrize("text", [*ATTEMPTS, "a\r\n::set-env name=A::b", "x,line=1::y", "%0A::error::z"])
def test_no_text_is_a_command_of_its_own_nor_a_property(text: str) -> None:
    result = spoken(text)
    places = tuple(replace(g, where=(Location(f"{text}.py", 3),)) for g in result.gates)
    printed = REPORTS["annotations"].render(replace(result, gates=places))
    for kind, properties, _ in annotations(printed):
        assert kind in ("error", "warning", "notice")
        assert set(properties) <= {"file", "line", "title"}
        assert properties.get("line", "1").isdecimal()
    assert "##[" not in printed
    assert all(line.count("::") >= 2 and line.startswith("::") for line in printed.splitlines())


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_can_be_read(name: str) -> None:
    assert annotations(REPORTS["annotations"].render(SAMPLES[name]()))


def test_a_folder_named_by_somebody_is_no_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANNOTATIONS_FOLDER", "a\n::error::b")
    annotations(REPORTS["annotations"].render(SAMPLES["mixed"]()))
