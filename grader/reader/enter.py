"""A program: gives up every right that reading does not need, then becomes the program that it is given.

Started as ``python enter.py ORDER PROGRAM ARGUMENT…``; the variables of ``ORDER`` are all that the program gets.
"""

import json
import os
import sys

ORDER = json.loads(sys.argv[1])
sys.path += ORDER["path"]

from grader.reader.confine import confine, or_crash


def main() -> None:
    """Confine this process, and run the program, named by its path, in its place."""
    confine(ORDER["bounds"])
    os.execve(sys.argv[2], sys.argv[2:], {"PATH": os.environ["PATH"], **ORDER["env"]})


if __name__ == "__main__":
    or_crash(main)
