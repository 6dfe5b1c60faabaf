#!/usr/bin/env python
"""Django's command line. Without DJANGO_SETTINGS_MODULE it works in the development layer."""

import os
import sys
from pathlib import Path

SRC = Path(__file__).resolve().parent / "src"


def main() -> None:
    """Run the command named on the command line."""
    sys.path[:0] = [str(SRC), str(SRC / "apps")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
