"""What is answered from the cache, and what is read for it (task 6)."""

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.checkpoint import expect, expect_that

WATCHED_S = 8.0  # longer than a project may leave a cache alone that did not answer
TABLES = re.compile(r"\b(?:posts_post|posts_post_tags|posts_tag|posts_category|comments_comment|accounts_user)\b")
POSTS = re.compile(r"\bposts_post\b")
VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+\b")
HELD_S = 2.0


@pytest.fixture
def stays_shown():
    """``stays_shown(it, post, title)``: the public's answers say so, also once a cache that was away is asked again."""

    def watch(it, post, title):
        ends = time.monotonic() + WATCHED_S
        while time.monotonic() < ends:
            expect(it.web.get(f"/posts/{post.id}/").expect(200).object().get("title"), equal_to=title)
            shown = [one.get("title") for one in it.web.get("/posts/").expect(200).object()["results"]]
            expect(title in shown, equal_to=True, because="the list is cached as well")
            time.sleep(0.2)

    return watch


@pytest.fixture
def from_cache():
    """``from_cache(it, path)``: the answer, for which the database is asked at most once, and none of the five tables.

    ``because`` is said where it is not so.
    """

    def ask(it, path, *, because=""):
        with it.queries() as asked:
            answer = it.web.get(path).expect(200)
        read = [statement for statement in asked.statements if TABLES.search(statement)]
        expect_that(
            not read and len(asked.statements) <= 1,
            expected=f"GET {path} from the cache: at most one query, and none to the tables of what it shows"
            f"{f', because {because}' if because else ''}",
            observed=f"{len(asked.statements)} queries, {len(read)} of them to those tables",
        )
        return answer

    return ask


@pytest.fixture
def ask_together():
    """``ask_together(it, path, number)``: so many answers at once, of a database that holds the posts back for 2 s.

    Gives them, how long the last one took after that, and how often the posts were read.
    """

    def ask(it, path, number):
        with (
            it.queries() as asked,
            it.web.db.reads_held("posts_post") as held,
            ThreadPoolExecutor(number) as pool,
        ):
            coming = [pool.submit(it.web.get, path, within_s=60) for _ in range(number)]
            it.until(held.waiting, expected="a request that reads the posts", observed=lambda: "none", within_s=30)
            time.sleep(HELD_S)
            began = time.monotonic()
            held.release()
            answers = [one.result() for one in coming]
            took = time.monotonic() - began
        # Who reads the posts may ask several things of the table; the same thing again is asked by somebody else.
        read = Counter(VALUES.sub("?", one) for one in asked.statements if POSTS.search(one))
        return answers, took, max(read.values(), default=0)

    return ask
