from typing import Annotated

from ninja import Schema
from pydantic import Field, HttpUrl

Code = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")]


class LinkIn(Schema):
    code: Code
    target: HttpUrl


class LinkOut(Schema):
    code: str
    target: str
    clicks: int


class Problem(Schema):
    detail: str
