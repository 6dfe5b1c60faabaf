"""Ask the application in this container whether it lives; exit 1 if not.

The question goes to this container under a name that the application answers to.
"""

import os
import sys
from urllib.error import URLError
from urllib.request import Request, urlopen

URL = "http://127.0.0.1:8000/live"
SECONDS = 3


def main() -> int:
    """0 if the application answered 200."""
    host = (
        os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*")
        or "localhost"
    )
    try:
        with urlopen(Request(URL, headers={"Host": host}), timeout=SECONDS) as answer:
            return 0 if answer.status == 200 else 1
    except (URLError, TimeoutError):
        return 1


if __name__ == "__main__":
    sys.exit(main())
