"""Files of fixtures beside a conftest.py."""

from pathlib import Path

import pytest

from grader.checkpoint.run.beside import register


def test_each_is_a_plugin(tmp_path: Path) -> None:
    for name, text in {"fixtures_b.py": "B = 1", "fixtures_a.py": "A = 1", "helpers.py": "1 / 0"}.items():
        (tmp_path / name).write_text(text)
    config = pytest.Config(pytest.PytestPluginManager())
    register(config, tmp_path)
    found = config.pluginmanager.list_name_plugin()
    assert [name for name, _ in found if name.startswith("fixtures_")] == ["fixtures_a", "fixtures_b"]
    assert config.pluginmanager.get_plugin("fixtures_b").B == 1
