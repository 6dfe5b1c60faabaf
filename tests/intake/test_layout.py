"""The layout of projects in the styles that Django projects have, found without running any of them."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from grader.domain.errors import SubmissionError
from grader.domain.layout import COURSE, Layout
from grader.intake.layout import detect, of_course

SET = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "{}")\n'
STYLES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "startproject": (
        {
            "manage.py": SET.format("shop.settings"),
            "shop/settings.py": "",
            "shop/urls.py": "",
            "shop/wsgi.py": SET.format("shop.settings"),
            "shop/asgi.py": SET.format("shop.settings"),
            "cart/tests.py": "",
        },
        {
            "manage": "manage.py",
            "settings": "shop.settings",
            "production": "shop.settings",
            "application": "shop.wsgi:application",
            "server": "gunicorn",
            "sources": (),
            "tests": ("cart/tests.py",),
            "runner": "manage",
            "health": "",
        },
    ),
    "settings by deployment, code in src, pytest": (
        {
            "pyproject.toml": '[tool.pytest.ini_options]\nDJANGO_SETTINGS_MODULE = "config.settings.test"\n'
            'pythonpath = ["src", "./src/apps/", "../elsewhere"]\ntestpaths = ["tests"]\n',
            "manage.py": SET.format("config.settings.local"),
            "src/config/urls.py": "",
            "src/config/wsgi.py": 'import os\nos.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.production"\n',
            "src/apps/posts/models.py": "",
            "tests/test_posts.py": "",
        },
        {
            "manage": "manage.py",
            "settings": "config.settings.test",
            "production": "config.settings.production",
            "application": "config.wsgi:application",
            "sources": ("src", "src/apps"),
            "tests": ("tests",),
            "runner": "pytest",
        },
    ),
    "everything below backend, setup.cfg, tests beside the code": (
        {
            "setup.cfg": "[metadata]\nname = x\n[tool:pytest]\nDJANGO_SETTINGS_MODULE = site.settings\n",
            "backend/manage.py": SET.format("site.settings"),
            "backend/site/urls.py": "",
            "backend/site/wsgi.py": "",
            "backend/posts/tests/test_models.py": "",
            "backend/users/tests/unit/tests/test_x.py": "",
            "node_modules/x/tests/test_y.py": "",
        },
        {
            "manage": "backend/manage.py",
            "settings": "site.settings",
            "application": "site.wsgi:application",
            "sources": ("backend",),
            "tests": ("backend/posts/tests", "backend/users/tests"),
            "runner": "pytest",
        },
    ),
    "django-configurations, asgi alone, pytest.ini before pyproject.toml": (
        {
            "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE=app.settings\n",
            "pyproject.toml": '[tool.pytest.ini_options]\nDJANGO_SETTINGS_MODULE = "never.read"\n',
            "manage.py": SET.format("app.settings") + 'os.environ.setdefault("DJANGO_CONFIGURATION", "Local")\n',
            "app/urls.py": "",
            "app/asgi.py": SET.format("app.settings") + 'os.environ.setdefault("DJANGO_CONFIGURATION", "Prod")\n',
            "conftest.py": "",
        },
        {
            "settings": "app.settings",
            "configuration": "Local",
            "application": "app.asgi:application",
            "server": "uvicorn",
            "runner": "pytest",
            "tests": (),
        },
    ),
}


def written(root: Path, files: dict[str, str]) -> list[str]:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return list(files)


@pytest.mark.parametrize("style", STYLES)
def test_the_layout_is_found(style: str, tmp_path: Path) -> None:
    files, expected = STYLES[style]
    found = detect(tmp_path, written(tmp_path, files))
    assert {key: value for key, value in asdict(found.layout).items() if key in expected} == expected
    assert found.unknown == ()
    assert all(origin for origin in found.origins.values())


def test_a_project_laid_out_as_the_course_has_its_urls_too(tmp_path: Path) -> None:
    names = ["manage.py", "src/config/settings/testing.py", "src/config/settings/production.py", "src/config/wsgi.py"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert detect(tmp_path, names).layout == COURSE
    assert detect(tmp_path, names[:3]).layout != COURSE


def test_what_no_file_tells_is_named(tmp_path: Path) -> None:
    found = detect(tmp_path, written(tmp_path, {"app/models.py": "", "manage.py": "import os, sys\n"}))
    assert found.unknown == ("settings", "production", "application")
    assert found.layout.manage == "manage.py"


def test_track_toml_comes_first_and_fills_what_was_unknown(tmp_path: Path) -> None:
    files = {**STYLES["startproject"][0], "track.toml": '[layout]\nsettings = "shop.test"\nhealth = "/up/"\n'}
    found = detect(tmp_path, written(tmp_path, files))
    assert (found.layout.settings, found.layout.health) == ("shop.test", "/up/")
    assert found.origins["settings"] == found.origins["health"] == "track.toml"
    assert found.layout.production == "shop.settings"
    bare = detect(tmp_path / "none", written(tmp_path / "none", {"track.toml": '[layout]\nsettings = "a.b"\n'}))
    assert "settings" not in bare.unknown


def test_the_courses_layout_stands_whatever_the_files_say(tmp_path: Path) -> None:
    written(tmp_path, STYLES["startproject"][0])
    assert of_course(tmp_path, Layout()).layout == Layout()
    written(tmp_path, {"track.toml": 'module = 2\n[layout]\nsettings = "config.settings.test"\n'})
    assert of_course(tmp_path, Layout()).layout.settings == "config.settings.test"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("module = ", "track.toml: Invalid value"),
        ("layout = 3", "track.toml: layout is no table"),
        ('[layout]\nsetting = "x"', "track.toml, [layout]: setting has to be one of application"),
        ('[layout]\nsettings = "x y"', "track.toml, [layout]: settings has to be the name of a module"),
        ('[layout]\nsources = "src"', "track.toml, [layout]: sources has to be a list of at most 10 paths"),
        ("a" + ".a" * 20_000 + " = 1", "track.toml: it "),
    ],
)
def test_a_track_toml_that_is_wrong_is_refused_with_what_to_write(content: str, said: str, tmp_path: Path) -> None:
    written(tmp_path, {"track.toml": content})
    with pytest.raises(SubmissionError) as refused:
        of_course(tmp_path, Layout())
    assert str(refused.value).startswith(said)
    assert refused.value.hint


def test_files_that_are_no_python_tell_nothing(tmp_path: Path) -> None:
    nested = "(" * 5000 + ")" * 5000
    files = {"manage.py": nested, "shop/wsgi.py": "x = 'a'" * 300_000, "pyproject.toml": "[tool", "shop/urls.py": ""}
    found = detect(tmp_path, written(tmp_path, files))
    assert found.unknown == ("settings", "production")
    assert found.layout.application == "shop.wsgi:application"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text('[layout]\nsettings = "a.b"\n')
    root = tmp_path / "project"
    root.mkdir()
    (root / "track.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert of_course(root, Layout()).layout == Layout()
