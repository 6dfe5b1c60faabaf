"""A byte order mark is tolerated where the real tools tolerate it, and named where they do not."""

from pathlib import Path

import pytest

from grader.checkpoint.kit.files import Files
from grader.stage.outcome import Failed

MARK = b"\xef\xbb\xbf"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Files of a submission, each saved with a byte order mark by an editor of Windows."""
    texts = {
        "src/models.py": b"class Post:\r\n    pass\r\n",
        "Dockerfile": b"FROM python:3.13-slim\n",
        "docker-compose.yml": b"services: {}\n",
        "pyproject.toml": b"[project]\n",
        "data.json": b"{}\n",
    }
    for name, data in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(MARK + data)
    return Files(tmp_path)


def test_python_docker_and_yaml_take_it(files: Files) -> None:
    assert files.text("src/models.py").startswith("class")
    assert files.lines("Dockerfile") == ["FROM python:3.13-slim"]
    assert files.yaml("docker-compose.yml") == {"services": {}}


@pytest.mark.parametrize("name", ["pyproject.toml", "data.json"])
def test_toml_and_json_do_not_and_say_so(files: Files, name: str) -> None:
    with pytest.raises(Failed) as caught:
        files.toml(name) if name.endswith("toml") else files.json(name)
    assert "it begins with a byte order mark: save it as UTF-8 without one" in str(caught.value.observed)
    assert str(caught.value.where) == f"{name}:1"
