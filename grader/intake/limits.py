"""How large a submission may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """Bounds on what is taken in; sizes in bytes.

    A finished project of this course has about 150 files and 1 MB; the bounds leave room for media and fixtures.
    """

    files: int = 5_000
    listed: int = 100_000  # names in the source, with all that is left out of it
    entries: int = 20_000  # names that are left
    file_bytes: int = 20 << 20
    total_bytes: int = 100 << 20
    depth: int = 24
    path_bytes: int = 400
    archive_bytes: int = 100 << 20
    unpacked_bytes: int = 500 << 20  # of a tar archive with all that is left out of it
