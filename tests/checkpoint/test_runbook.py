"""Runbooks: which blocks of a page run, and where a check ends if one of them does not end well."""

from collections.abc import Mapping

import pytest

from grader.checkpoint.kit.runbook import Block, Run, Runbook, blocks_of
from grader.stage.outcome import Failed, Late
from grader.stage.shell import Ran

PAGE = """# Runbook

```sh run
one
```

1. In a list:

   ~~~~  sh   run
   two
     indented
   ~~~
   ~~~~

```sh
kubectl rollout restart deployment/web
```
Text with ```not a fence```, and
``` sh run on-primary
three
```
````sh
```sh run
shown
```
````
```sh run
to the end"""


def page(run: Run, *, on_primary: Run | None = None, text: str = PAGE) -> Runbook:
    return Runbook("docs/runbooks/one.md", blocks_of(text), run, on_primary)


def test_blocks_of_a_page() -> None:
    assert blocks_of(PAGE) == [
        Block(("sh", "run"), "one\n", 3),
        Block(("sh", "run"), "two\n  indented\n~~~\n", 9),
        Block(("sh",), "kubectl rollout restart deployment/web\n", 15),
        Block(("sh", "run", "on-primary"), "three\n", 19),
        Block(("sh",), "```sh run\nshown\n```\n", 22),
        Block(("sh", "run"), "to the end\n", 27),
    ]


@pytest.mark.parametrize("text", ["", "no block", "`` `sh run` ``", "``sh run\nx\n``"])
def test_pages_without_blocks(text: str) -> None:
    assert blocks_of(text) == []


def test_it_is_followed_in_order_and_what_is_exported_stays() -> None:
    seen: list[tuple[str, str, dict[str, str]]] = []

    def on(machine: str) -> Run:
        def run(script: str, exported: Mapping[str, str], within_s: float) -> Ran:
            seen.append((machine, script.split()[0], dict(exported)))
            return Ran(0, "", {f"V{len(seen)}": machine})

        return run

    def restart(book: Runbook) -> None:
        seen.append(("restart", "", dict(book.exported)))

    book = page(on("web"), on_primary=on("primary"))
    assert book.restarts == 1
    book.follow(restart=restart)
    assert seen == [
        ("web", "one", {}),
        ("web", "two", {"V1": "web"}),
        ("restart", "", {"V1": "web", "V2": "web"}),
        ("primary", "three", {"V1": "web", "V2": "web"}),
        ("web", "to", {"V1": "web", "V2": "web", "V4": "primary"}),
    ]


def test_the_first_block_that_ends_badly_is_where_it_ends() -> None:
    def run(script: str, exported: Mapping[str, str], within_s: float) -> Ran:
        return Ran(0 if script == "one\n" else 3, "\nnobody is called ann\n", {})

    with pytest.raises(Failed, match=r"block to end with 0.*3; its last words are: nobody is called ann") as failed:
        page(run).follow()
    assert (failed.value.where.path, failed.value.where.line) == ("docs/runbooks/one.md", 9)  # type: ignore[union-attr]


def test_a_block_that_goes_on_is_late() -> None:
    def run(script: str, exported: Mapping[str, str], within_s: float) -> Ran:
        raise Late("a script that ends", "it still runs")

    with pytest.raises(Late, match="this block to end within 5 s; observed it still runs"):
        page(run).follow(within_s=5)


def test_pages_that_cannot_be_followed() -> None:
    def run(script: str, exported: Mapping[str, str], within_s: float) -> Ran:
        return Ran(0, "", {})

    with pytest.raises(Failed, match="`sh run`; observed none"):
        page(run, text="```sh\nls\n```").follow()
    with pytest.raises(Failed, match="where no server is the old primary"):
        page(run).follow()
