"""Repositories of learners on a host: bare ones in a folder, and behind a server that wants a token."""

import base64
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NOBODY = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}
PROJECT = {"manage.py": "print()\n", "src/config/settings.py": "DEBUG = False\n"}


class Work:
    """A learner's repository: a bare one, and what is done to it as by pushes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(path), within=False)

    def git(self, *words: str, given: bytes = b"", at: str = "", within: bool = True) -> str:
        """Runs git on it, at this time where one is named."""
        env = NOBODY | ({"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at} if at else {})
        place = ["--git-dir", str(self.path)] if within else []
        done = subprocess.run(["git", *place, *words], env=env, input=given, capture_output=True, check=True)
        return done.stdout.decode("utf-8", "replace").strip()

    def blob(self, content: bytes) -> str:
        """The name of a file's content."""
        return self.git("hash-object", "-w", "--stdin", given=content)

    def blobs(self, files: dict[str, str]) -> dict[str, str]:
        """The names of the contents of many files, by their paths."""
        with tempfile.TemporaryDirectory() as room:
            paths = [Path(room) / str(number) for number in range(len(files))]
            for path, text in zip(paths, files.values(), strict=True):
                path.write_bytes(text.encode())
            listed = "".join(f"{path}\n" for path in paths).encode()
            names = self.git("hash-object", "-w", "--no-filters", "--stdin-paths", given=listed).split()
        return dict(zip(files, names, strict=True))

    def commit(
        self,
        files: dict[str, str],
        *,
        at: str = "2026-03-01T12:00:00+01:00",
        more: bytes = b"",
        branch: str = "main",
        parent: str = "",
    ) -> str:
        """A commit with these files, and ``more`` entries as ``git update-index -z --index-info`` takes them."""
        index = NOBODY | {"GIT_INDEX_FILE": str(self.path / "index-of-a-test")}
        entries = b"".join(f"100644 {name}\t{path}\0".encode() for path, name in self.blobs(files).items())
        (self.path / "index-of-a-test").unlink(missing_ok=True)
        add = ["git", "--git-dir", str(self.path), "update-index", "-z", "--index-info"]
        subprocess.run(add, env=index, input=entries + more, check=True)
        tree = subprocess.run(
            ["git", "--git-dir", str(self.path), "write-tree", "--missing-ok"],
            env=index,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        words = ["commit-tree", tree, "-m", "Work", *(["-p", parent] if parent else [])]
        made = self.git(*words, at=at)
        self.git("update-ref", f"refs/heads/{branch}", made)
        return made


@contextmanager
def host(folder: Path, token: str) -> Iterator[tuple[str, list[str]]]:
    """A server of git over HTTP for the repositories in the folder: its address, and what it was asked with which name.

    It answers only whoever names the token; pushes are taken.
    """
    asked: list[str] = []
    wanted = "Basic " + base64.b64encode(f"x-access-token:{token}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            path, _, query = self.path.partition("?")
            asked.append(path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if path.startswith("/elsewhere/"):
                self.send_response(302)
                self.send_header("Location", self.path.replace("/elsewhere/", "/stolen/"))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if self.headers.get("Authorization") != wanted:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="host"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            env = NOBODY | {
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type") or "",
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
                "REMOTE_USER": "x-access-token",
            }
            said = subprocess.run(["git", "http-backend"], env=env, input=body, capture_output=True, check=False)
            head, _, content = said.stdout.partition(b"\r\n\r\n")
            lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
            self.send_response(int(lines.pop("Status", "200").split()[0]))
            for name, value in lines.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
