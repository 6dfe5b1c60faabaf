"""Files of fixtures beside a module's conftest.py, where one file would be too long: `fixtures_*.py`, each a plugin."""

import importlib.util
import sys
from pathlib import Path

import pytest

PATTERN = "fixtures_*.py"


def register(config: pytest.Config, folder: Path) -> None:
    """Gives all checks the fixtures of these files. None imports another: a fixture takes what it needs by its name.

    A plain ``assert`` in them is not explained: they say what they expect by the verbs of the kit.
    """
    for path in sorted(folder.glob(PATTERN)):
        found = importlib.util.spec_from_file_location(f"checks.{path.stem}", path)
        assert found is not None
        assert found.loader is not None
        module = sys.modules[found.name] = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        config.pluginmanager.register(module, path.stem)
