"""How much a lock may ask of the machine when its packages are installed.

Measured on the environment of the course's own lock (Python 3.13, Linux, x86-64): 296 MB in 15,400 files, with bytecode
360 MB in 20,900; its largest package unpacks to 25 MB (ruff), the one of most files has 3,700 (Django). The bounds
leave an honest project about three times the whole.
"""

from grader.sandbox.api import Limits

MOST_DOWNLOAD_BYTES = 100 << 20  # of one wheel: what the public index takes without asking
MOST_DOWNLOADS_BYTES = 400 << 20  # of all wheels of one environment
MOST_WHEEL_BYTES = 256 << 20  # unpacked
MOST_WHEEL_FILES = 20_000
MOST_SITE_BYTES = 1 << 30
MOST_SITE_FILES = 80_000
UNPACKING = Limits(memory_mb=768, address_mb=1024, processes=8, file_mb=1, tmp_mb=1, wall_s=600.0, cpu_s=120)

KEPT_ENVIRONMENTS = 100
KEPT_WHEEL_BYTES = 8 << 30
