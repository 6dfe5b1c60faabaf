"""Starts the agent (``__main__.py FD``) or the witness (``__main__.py FD witness FOLDER_FD``)."""

import gc
import importlib
import importlib.util
import os
import sys

NAME = "grader-inside"  # no identifier: no project can have a module of this name and import it


def load_package() -> None:
    """Makes this folder a package of that name: the folder itself is not on the path of imports."""
    here = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        NAME, os.path.join(here, "__init__.py"), submodule_search_locations=[here]
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[NAME])


if __name__ == "__main__":
    gc.disable()  # until the project is loaded: none of that is garbage, and looking takes a tenth of the start
    load_package()
    program = "witness" if "witness" in sys.argv[2:3] else "checks"
    importlib.import_module(f"{NAME}.{program}").main([int(n) for n in sys.argv[1:] if n != "witness"])
