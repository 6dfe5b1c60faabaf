"""Twenty people at once, for locust: most read, some search, a few log in and write, and all stop to think."""

import itertools
import random
from uuid import uuid4

from locust import FastHttpUser, between, task

API = "/api/v1"
NUMBERS = itertools.count(1)


class Reader(FastHttpUser):
    """Somebody without an account."""

    weight = 15
    wait_time = between(1, 3)

    @task(4)
    def leaf(self) -> None:
        """The list, at some page."""
        self.client.get(f"{API}/posts/?page={random.randrange(1, 20)}", name="posts")

    @task(4)
    def read(self) -> None:
        """One post and what is said about it."""
        with self.client.get(
            f"{API}/posts/?page={random.randrange(1, 20)}", name="posts", catch_response=True
        ) as answer:
            post = random.choice(answer.json()["results"])["id"]
        self.client.get(f"{API}/posts/{post}/", name="post")
        self.client.get(f"{API}/comments/?post={post}", name="comments of a post")

    @task(1)
    def search(self) -> None:
        """A word, and a subject."""
        self.client.get(f"{API}/posts/?search=number&category=subject-{random.randrange(10)}", name="search")


class Writer(FastHttpUser):
    """Somebody who logs in once and then comments."""

    weight = 5
    wait_time = between(1, 3)

    def on_start(self) -> None:
        """Log in."""
        sent = {"username": "editor-ann", "password": "seen from outside"}
        with self.client.post(f"{API}/auth/login/", json=sent, catch_response=True) as answer:
            self.client.default_headers = {"Authorization": f"Bearer {answer.json()['access']}"}

    @task
    def comment(self) -> None:
        """Say something about a post that is out."""
        number = next(NUMBERS)
        with self.client.get(f"{API}/posts/?status=published", name="posts", catch_response=True) as answer:
            post = random.choice(answer.json()["results"])["id"]
        sent = {"post": post, "body": f"Once more, for the {number}th time."}
        headers = {**self.client.default_headers, "Idempotency-Key": str(uuid4())}
        self.client.post(f"{API}/comments/", json=sent, headers=headers, name="comment")
