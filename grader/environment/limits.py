"""How much a lock may ask of the machine when its packages are installed.

The course's own 128 packages come as 120 MB of wheels and unpack to 330 MB in 21,000 files; its largest package has 60
MB and 4,600 files. The bounds leave an honest project about three times that.
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
