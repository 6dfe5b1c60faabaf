"""Fat views: how complexity and length are counted, and of what."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.architecture.facts.module import module_facts
from grader.architecture.metrics import FAT_VIEWS
from grader.domain.status import Status
from tests.architecture.trees import measured, places

ROOT = Path(__file__).parents[2]


def branches(number: int, indent: str = "    ") -> str:
    return "".join(f"{indent}if request == {n}:\n{indent}    return {n}\n" for n in range(number))


VIEW = "from django.http import HttpResponse\nfrom rest_framework.decorators import api_view\n\n\n@api_view()\n"


def view(body: str) -> str:
    return f"{VIEW}def shown(request):\n{body}"


def method(base: str, body: str, imported: str) -> str:
    return f"{imported}\n\n\nclass Shown({base}):\n    def get(self, request):\n{body}"


STATEMENTS = "    x = 1\n" * 51
FAT = {
    "a complex view": ({"posts/views.py": view(branches(10))}, "posts/views.py:6", "complexity of 11"),
    "a long view": ({"posts/views.py": view(STATEMENTS)}, "posts/views.py:6", "51 statements"),
    "a method of a view": (
        {"posts/api.py": method("APIView", branches(10, " " * 8), "from rest_framework.views import APIView")},
        "posts/api.py:5",
        "Shown.get has a complexity of 11",
    ),
    "a serializer": (
        {
            "posts/x.py": method(
                "s.ModelSerializer", branches(12, " " * 8), "from rest_framework import serializers as s"
            )
        },
        "posts/x.py:5",
        "complexity of 13",
    ),
    "a class of the admin": (
        {"posts/admin.py": method("ModelAdmin", branches(10, " " * 8), "from django.contrib.admin import ModelAdmin")},
        "posts/admin.py:5",
        "complexity of 11",
    ),
    "a view by its base class elsewhere": (
        {
            "posts/base.py": "from rest_framework import viewsets\n\nclass Base(viewsets.GenericViewSet):\n    pass\n",
            "posts/x.py": method("Base", branches(10, " " * 8), "from posts.base import Base"),
        },
        "posts/x.py:5",
        "complexity of 11",
    ),
    "a function that URLs name": (
        {
            "posts/handlers.py": f"def shown(request):\n{branches(10)}",
            "config/urls.py": "from posts import handlers as h\nurlpatterns = [path('', h.shown)]\n",
        },
        "posts/handlers.py:1",
        "complexity of 11",
    ),
    "django-ninja": (
        {
            "posts/x.py": "from ninja import Router\nrouter = Router()\n\n@router.get('/')\ndef shown(request):\n"
            + branches(10)
        },
        "posts/x.py:5",
        "complexity of 11",
    ),
    "a module of a thousand lines": (
        {"posts/views.py": view("    return 1\n") + "\n" * 1000 + "x = 1\n"},
        "posts/views.py:1",
        "a module of views with 1,008 lines",
    ),
    "names of another script": (
        {"posts/views.py": view(branches(10)).replace("shown", "показать")},
        "posts/views.py:6",
        "показать has a complexity",
    ),
}
LEAN = {
    "at the limits": {"posts/views.py": view(branches(9) + "    x = 1\n" * 32)},
    "a complex service": {"posts/services.py": f"def f(request):\n{branches(30)}"},
    "a long text is one line of data": {
        "posts/views.py": view('    """\n' + "    line\n" * 80 + '    """\n    return 1\n')
    },
    "a view in a test": {"posts/tests.py": view(branches(30))},
    "a migration": {"posts/migrations/0002_x.py": view(branches(30))},
}


@pytest.mark.parametrize(("files", "place", "said"), FAT.values(), ids=FAT)
def test_what_is_too_much(files: dict[str, str], place: str, said: str, tmp_path: Path) -> None:
    found = measured(tmp_path, FAT_VIEWS, files)
    assert (found.status, found.value, places(found)) == (Status.PASSED, 1, [place])
    assert said in found.findings[0].message
    assert "Expected: at most" in found.findings[0].message


@pytest.mark.parametrize("files", LEAN.values(), ids=LEAN)
def test_what_is_not(files: dict[str, str], tmp_path: Path) -> None:
    found = measured(tmp_path, FAT_VIEWS, files)
    assert (found.status, found.value) == (Status.PASSED, 0), found.findings


def test_without_views_there_is_nothing_to_measure(tmp_path: Path) -> None:
    found = measured(tmp_path, FAT_VIEWS, {"posts/views.py": ""})
    assert (found.status, found.reason) == (Status.NOT_APPLICABLE, "The project has no views.")


ODD = """
async def odd(x):
    async for a in x:
        async with a:
            pass
    else:
        pass
    while x:
        break
    try:
        pass
    except* ValueError:
        pass
    except* (TypeError, OSError):
        pass
    else:
        pass
    finally:
        pass
    match x:
        case 1 | 2:
            pass
        case [a, *_] if a:
            pass
        case _:
            pass
    match x:
        case y:
            pass
    def inner():
        if x:
            return [z for z in x if z]
        elif x and x or x:
            return lambda: 1
    class Inner:
        def method(self):
            for _ in x:
                pass
    with x as y:
        assert y
    return x if x else y
"""


def ruffs(path: Path) -> dict[int, int]:
    """What ruff says of each function, by its line."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "C901", "--no-cache"]
    command += ["--config", "lint.mccabe.max-complexity=0", "--output-format", "json", "--exit-zero", str(path)]
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return {one["location"]["row"]: int(one["message"].split("(")[1].split(" ")[0]) for one in said}


@pytest.mark.parametrize(
    "name", ["odd", "grader/pipeline/measuring.py", "grader/gates/registry.py", "grader/cli/grade.py"]
)
def test_complexity_is_what_ruff_counts(name: str, tmp_path: Path) -> None:
    path = ROOT / name
    if name == "odd":
        path = tmp_path / "odd.py"
        path.write_text(ODD)
    expected = ruffs(path)
    functions = module_facts(path.read_bytes(), "odd")["functions"]
    assert functions
    assert {one["line"]: one["complexity"] for one in functions} == {
        one["line"]: expected[one["line"]] for one in functions
    }
