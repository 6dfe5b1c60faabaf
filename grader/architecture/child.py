"""A program: says of modules of Python what they contain, one after the other, until its input ends.

It is started as ``grader/reader/child.py`` is: ``python child.py ORDER``.
"""

import json
import sys


def main() -> None:
    """Find the grader's own packages, then answer."""
    order = json.loads(sys.argv[1])
    sys.path += order["path"]
    from grader.architecture.facts.answering import serve
    from grader.reader.confine import or_crash

    or_crash(lambda: serve(order))


if __name__ == "__main__":
    main()
