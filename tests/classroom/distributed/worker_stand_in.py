"""`grader worker` with a program that stands in for each grading, to be killed. Run as a program."""

import sys
from pathlib import Path

from grader.cli import worker_run
from grader.cli.main import main
from tests.classroom.samples import stand_in

if __name__ == "__main__":
    answers = Path(sys.argv.pop(1))
    worker_run.program = lambda course, number: stand_in(answers)
    main()
