"""What hostile submissions carry: it looks for canaries everywhere it can, and keeps what it finds."""

import os
import re

CANARY = re.compile(rb"CANARY" + rb"-[0-9a-f]{16}")
BROKEN = "TRACK-ATTACK" + "-BROKE-THROUGH"
FOUND = []


def show(texts):
    """Keep every canary in these texts, and the mark of a defence that was broken."""
    for text in texts:
        data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
        FOUND.extend(sorted({match.decode() for match in CANARY.findall(data)}))
        if BROKEN.encode() in data:
            FOUND.append(BROKEN)


def seen():
    """All that was found, as text that a model or a view would show."""
    return " ".join(FOUND[:50]) or "nothing"


def tell_all(look=None):
    """Have the first row that is saved, while the project migrates, fail with what was found: everybody is told why.

    ``look`` searches before that, with a database at hand. One that breaks off is told of as a defence that was
    broken, or a search that never came to an end would be a good sign.
    """
    from django.db.models import Model

    def save(*args, **kwargs):
        try:
            if look is not None:
                look()
        except Exception as error:
            raise RuntimeError(BROKEN) from error
        raise RuntimeError(seen())

    Model.save = save


def _read(path, limit=1 << 20):
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        return os.read(descriptor, limit)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def search_files(most=20000):
    """Walk the file system, links included, outside of the libraries."""
    count = 0
    for folder, folders, names in os.walk("/"):
        if folder.startswith(("/proc", "/sys", "/deps", "/rt", "/usr/lib", "/lib")):
            folders[:] = []
            continue
        for name in names:
            count += 1
            if count > most:
                return
            show([name, _read(os.path.join(folder, name))])


def search_processes():
    """Read what /proc tells of every process, this one's mounts and sockets too."""
    for pid in os.listdir("/proc"):
        if pid.isdigit() or pid == "self":
            for name in ("environ", "cmdline", "mountinfo", "maps", "status", "cwd/.", "net/unix"):
                show([_read(f"/proc/{pid}/{name}")])
            for link in ("root/tmp", "cwd", "root/root"):
                try:
                    show(os.listdir(f"/proc/{pid}/{link}"))
                except OSError:
                    pass


def search_descriptors():
    """Read every inherited descriptor from its start."""
    for number in range(3, 256):
        try:
            show([os.readlink(f"/proc/self/fd/{number}"), os.pread(number, 1 << 20, 0)])
        except OSError:
            pass
