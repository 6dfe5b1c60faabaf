"""The contract gate on projects that are served: planted failures, what would like to be left out, and bad input."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.domain.evidence import Measurement
from grader.domain.layout import Layout
from grader.domain.progress import Progress
from grader.domain.status import Status
from grader.environment import prepare
from grader.environment.install import site_for
from grader.gates import measure, subjects
from grader.gates.contract import proxy
from grader.tools.tool import CONFIGURATION
from tests.gates.conftest import spec_of, write
from tests.gates.contract_project import DOCUMENT, NOTE, VIEWS, answer, operation, project
from tests.stage.small import LAYOUT

REFERENCE = Path(__file__).parents[2] / "capstone" / "reference"
ALL = tuple(f"contract.{name}" for name in ("failures", "operations", "drift", "breaking", "documentation"))
RUN = ALL[:2]
Measure = Callable[..., dict[str, Measurement]]

# Each of these breaks one rule, and no other: a view, and the name that the finding has.
PLANTED = {
    "fault": ('raise RuntimeError("oops")', "not-a-server-error"),
    "status": ('return JsonResponse({"id": 1, "text": "a"}, status=418)', "status-code-conformance"),
    "type": ('return HttpResponse("a", content_type="text/html")', "content-type-conformance"),
    "shape": ('return JsonResponse({"id": "1", "text": "a"})', "response-schema-conformance"),
    "header": ('return JsonResponse({"id": 1, "text": "a"})', "response-headers-conformance"),
    # Right for the tool as it names itself, and wrong for everybody else.
    "polite": (
        """
    tool = "schemathesis" in str(request.headers).lower()
    return JsonResponse({"id": 1 if tool else "x", "text": "a"})
    """,
        "response-schema-conformance",
    ),
}
HIDING = {
    "schemathesis.toml": 'hooks = "hooks"\nbaseline = "baseline.json"\n[checks]\nnot_a_server_error.enabled = false\n',
    "hooks.py": "open('/tmp/hooked', 'w').close()\nraise SystemExit(0)\n",
    "conftest.py": "raise SystemExit(0)\n",
    "sitecustomize.py": "raise SystemExit(0)\n",
    "schemathesis.py": "raise SystemExit(0)\n",
}


def planted() -> dict[str, str]:
    """The project with an operation for each plant, and everything that might hide them."""
    paths, routes, code = dict(DOCUMENT["paths"]), [], ""
    for name, (body, _) in PLANTED.items():
        response = answer(NOTE, {"id": 1, "text": "a"})
        if name == "header":
            response["headers"] = {"X-Count": {"required": True, "schema": {"type": "integer"}}}
        paths[f"/api/{name}/"] = {"get": operation(name, {"200": response})}
        code += f"\ndef {name}(request):\n    if request.method != 'GET':\n"
        code += f"        return HttpResponseNotAllowed(['GET'])\n    {body}\n"
        routes.append(f'path("api/{name}/", {name})')
    views = VIEWS + code + f"\nurlpatterns += [{', '.join(routes)}]\n"
    return project(views=views, served={**DOCUMENT, "paths": paths}, **HIDING)


@pytest.fixture(scope="module")
def deps(state_dir: Path) -> Path:
    cache = state_dir / "environments"
    return prepare(REFERENCE, course_lock=REFERENCE, cache=cache, progress=lambda _: None).site


@pytest.fixture(scope="module")
def measured(deps: Path, state_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Measure:
    """``measured(files, *metrics, schema=…)``."""

    def go(
        files: dict[str, str], *metrics: str, schema: str = "/api/schema/", said: list[Progress] | None = None
    ) -> dict[str, Measurement]:
        root = tmp_path_factory.mktemp("project")
        write(root, files)
        layout = Layout().overridden({**LAYOUT, "schema": schema, "roles": ["user"]})
        spec = spec_of(root, state_dir, deps=deps, layout=layout)
        opened = subjects(spec, seed=7, progress=(said if said is not None else []).append)
        return {m.metric: m for m in measure(metrics, opened, progress=lambda step: None)}

    return go


@pytest.mark.slow(minutes=1)
def test_each_plant_is_found_for_its_reason_whatever_hides_it(measured: Measure) -> None:
    found = measured(planted(), *ALL)
    seen = {f.message.partition(",")[0]: f.rule for f in found["contract.failures"].findings}
    assert seen == {f"GET /api/{name}/": f"contract.{rule}" for name, (_, rule) in PLANTED.items()}
    assert found["contract.failures"].value == len(PLANTED)
    assert all("curl -i -X GET" in f.detail and f.remedy for f in found["contract.failures"].findings)
    # The one that never does anything but fail was not reached.
    assert [f.message.split()[1] for f in found["contract.operations"].findings] == ["/api/fault/"]
    assert [found[metric].value for metric in ("contract.drift", "contract.breaking")] == [0, 0]


@pytest.mark.slow(minutes=1)
def test_control_an_api_that_does_as_it_says_has_no_failure_as_anybody(measured: Measure) -> None:
    said: list[Progress] = []
    found = measured(project(), *ALL, said=said)
    assert {metric: m.value for metric, m in found.items()} == dict(zip(ALL, (0, 100, 0, 0, 100), strict=True))
    runs = json.loads(found["contract.failures"].artefacts[0].body)["rows"]
    phases = ("examples", "coverage", "fuzzing", "stateful")
    assert [row[:2] for row in runs] == [[phase, role] for phase in phases for role in ("anonymous", "user")]
    assert all(int(row[2]) > 0 for row in runs)
    assert said == [Progress(f"Measuring contract: {r[0]} as {r[1]}", n, len(runs)) for n, r in enumerate(runs)]


def test_control_the_tool_obeys_a_configuration_that_it_finds(state_dir: Path, tmp_path: Path) -> None:
    text = (CONFIGURATION / "schemathesis.txt").read_text()
    site = site_for(text, cache=state_dir / "environments", what="schemathesis", progress=lambda _: None)
    mark = tmp_path / "hooked"
    (tmp_path / "openapi.json").write_text(json.dumps(DOCUMENT))
    (tmp_path / "schemathesis.toml").write_text('hooks = "hooks"\n')
    (tmp_path / "hooks.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    words = [sys.executable, "-S", "-m", "schemathesis.cli", "run", "openapi.json", "--url", "http://127.0.0.1:9"]
    env = {"PYTHONPATH": str(site), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, check=False, timeout=60)
    assert mark.exists()


OPEN_SCHEMA = VIEWS.replace('open("/submission/served.json").read()', "{}")
BAD: dict[str, tuple[dict[str, str], str, str]] = {
    "does not start": ({"settings.py": "raise RuntimeError('no')\n"}, "/api/schema/", "The project was starting"),
    "a 500 for the document": (
        {
            "urls.py": VIEWS.replace(
                "    return HttpResponse(open", "    raise RuntimeError\n    return HttpResponse(open"
            )
        },
        "/api/schema/",
        "GET /api/schema/ is answered with 500, and no OpenAPI document.",
    ),
    "no document there": ({}, "/nothing/", "GET /nothing/ is answered with 404"),
    "a document of 30 MiB": (
        {"urls.py": VIEWS.replace('open("/submission/served.json").read()', '" " * (30 << 20)')},
        "/api/schema/",
        "longer than 4 MiB",
    ),
    "a document that leads outside": (
        {"served.json": json.dumps({**DOCUMENT, "x": {"$ref": "file:///etc/passwd"}})},
        "/api/schema/",
        "refers to something outside of itself",
    ),
}


@pytest.mark.exhaustive
@pytest.mark.slow
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_in_a_sentence(measured: Measure, name: str) -> None:
    files, schema, reason = BAD[name]
    found = measured({**project(), **files}, *ALL, schema=schema)
    assert {m.status for m in found.values()} == {Status.FAILED}
    assert all(reason in m.reason for m in found.values()), [m.reason for m in found.values()]


def test_a_project_without_a_document_is_told_which_key_to_set(measured: Measure) -> None:
    files = {name: text for name, text in project().items() if name != "openapi.json"}
    found = measured(files, *ALL, schema="")
    assert {m.status for m in found.values()} == {Status.NOT_APPLICABLE}
    assert all("`schema` in track.toml" in m.reason for m in found.values())


@pytest.mark.exhaustive
@pytest.mark.slow(minutes=1)
def test_an_application_that_keeps_silent_is_given_up(measured: Measure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "ANSWER_S", 1.0)
    monkeypatch.setattr(proxy, "MOST_SILENT", 2)
    slow = VIEWS.replace("def notes(request):", "def notes(request):\n    import time\n    time.sleep(600)")
    found = measured(project(views=slow), *RUN)
    assert {m.status for m in found.values()} == {Status.FAILED}
    assert "had no answer within 1 s" in found["contract.failures"].reason
    assert "/api/notes/" in found["contract.failures"].reason
