"""Task 5, XSS: no markup in comments, however it is written and whichever way it comes."""

import re
from html.entities import html5
from html.parser import HTMLParser
from itertools import cycle

import pytest

from grader.checkpoint import check, expect, expect_that, stored_rows

WAYS = ("POST", "PUT", "PATCH", "admin")
# As the brief has it: "<" and a letter, "/" and a letter, "!" or "?".
MARKUP = re.compile(r"<(?:[A-Za-z!?]|/[A-Za-z])")
REFERENCE = re.compile(r"&(?:#([0-9]+)|#[xX]([0-9A-Fa-f]+)|([A-Za-z][A-Za-z0-9]*));")
WRITTEN = {
    "<": ("&lt;", "&LT;", "&#60;", "&#x3c;", "&#X3C;", "&#{zeros}60;", "&#x{zeros}3C;"),
    ">": ("&gt;", "&GT;", "&#62;", "&#x3e;", "&#{zeros}62;"),
    "&": ("&amp;", "&AMP;", "&#38;", "&#x26;", "&#{zeros}38;", "&#X{zeros}26;"),
    "/": ("&sol;", "&#47;", "/"),
}


def decoded(text):
    """The text with each character reference once replaced by what it stands for."""

    def character(found):
        decimal, hexadecimal, name = found.groups()
        if name:
            return html5.get(f"{name};", found[0])
        digits = (decimal or hexadecimal).lstrip("0")
        number = int(digits, 10 if decimal else 16) if 0 < len(digits) < 8 else 0
        return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else found[0]

    return REFERENCE.sub(character, text)


def encoded(text, rng, *, only="<>&/"):
    """The text with these characters as references, each in one of the ways to write it."""
    zeros = "0" * rng.randint(5, 40)
    return "".join(rng.choice(WRITTEN[one]).format(zeros=zeros) if one in only else one for one in text)


def markup_in(text):
    """The text as it is when markup shows in it, decoded as often as that takes; nothing if there is none."""
    while not MARKUP.search(text):
        before, text = text, decoded(text)
        if text == before:
            return None
    return text


@pytest.fixture
def send(api, rows, db, site):
    """``send("PATCH", body)`` is what is stored of a comment that is sent this way; ``None`` if it was refused.

    Fails the check if what is returned is another text.
    """

    def by(way, body):
        if way == "POST":
            post = rows.post(state="out", author="contributor2").id
            answer = api.post("/comments/", as_="reader", json={"post": post, "body": body}).expect(201, 400)
            key = answer.object()["id"] if answer.status_code == 201 else None
        else:
            key = rows.comment(author="reader").id
            if way == "admin":
                answer = site.submit(f"/admin/comments/comment/{key}/change/", {"body": body}, expect=(302, 200))
            else:
                answer = api.request(way, f"/comments/{key}/", as_="reader", json={"body": body}).expect(200, 400)
        if answer.status_code == (200 if way == "admin" else 400):
            return None
        stored = db.one("comments_comment", "body", id=key)["body"]
        shown = [api.get(f"/comments/{key}/", as_="admin").expect(200)]
        for answered in shown if way == "admin" else [answer, *shown]:
            returned = answered.object().get("body")
            expect_that(
                returned == stored, expected=f"{stored!r}, as it is stored, for {answered.asked}", observed=returned
            )
        return stored

    return by


@pytest.fixture
def stored_as(send):
    """``stored_as(sent, way, "Hi")``: that, or another of the texts given, is stored and returned, but for its ends."""

    def check_one(sent, way, *allowed):
        found = send(way, sent)
        wanted = " or ".join(repr(text) for text in dict.fromkeys(allowed))
        how = "in the admin" if way == "admin" else f"by {way}"
        expect_that(
            found is not None and found.strip() in [text.strip() for text in allowed],
            expected=f"{wanted} of the comment {sent!r}, sent {how}",
            observed="it was refused" if found is None else repr(found),
        )

    return check_one


# What is sent, and what is left of it; w and v are words.
TAGS = (
    ("<b>{w}</b>", "{w}"),
    ("<div><p>{w} <i>{v}</i></p></div>", "{w} {v}"),
    ("<b>{w}", "{w}"),
    ("</div>{w}", "{w}"),
    ("{w}<br>{v}<hr/>", "{w}{v}"),
    ("<x-y z>{w}</x-y>", "{w}"),
    ("<iframe src=javascript:alert(1)></iframe>{w}", "{w}"),
    ("<img\nsrc=x\nonerror=alert(1)\n>{w}", "{w}"),
    ("<svg/onload=alert(1)>{w}", "{w}"),
    ('<a title="1 > 0" href="#">{w}</a>', "{w}"),
    ("<a title='2 > 1'>{w}</a>{v}", "{w}{v}"),
    ("<IMG SRC=x OnError=alert(1)>{w}", "{w}"),
    ("<table><tr><td>{w}</td></tr></table><object>{v}</object>", "{w}{v}"),
    ("<title>{w}</title><textarea>{v}</textarea>", "{w}{v}"),
    ("<iframe>{w}</iframe><noscript>{v}</noscript>", "{w}{v}"),
    ("<button>{w}</button><select><option>{v}</option></select>", "{w}{v}"),
)
WITH_CONTENT = (
    ("<script>alert(1)</script>{w}", "{w}"),
    ("<SCRIPT TYPE='text/javascript'>alert(1)</sCrIpT>{w}", "{w}"),
    ("{w}<script>alert(1)</script >{v}", "{w}{v}"),
    ('{w}<script>if (1 < 2) {{ document.write("<b>x</b>") }}</script>{v}', "{w}{v}"),
    ("{w}<script src=//example.org></script>", "{w}"),
    ("<style>*{{display:none}}</style>{w}", "{w}"),
    ("{w}<Style media=all>b > i {{color:red}}</STYLE\n>", "{w}"),
    ("{w}<!-- x -->{v}", "{w}{v}"),
    ("{w}<!-- <script>alert(1)</script> > -->{v}", "{w}{v}"),
    ("<!DOCTYPE html>{w}", "{w}"),
    ("{w}<![CDATA[x]]>{v}", "{w}{v}"),
    ("{w}<?php echo 1 ?>{v}", "{w}{v}"),
)
# How much goes with them is everybody's own decision, but no markup stays.
BROKEN = (
    "1 <b",
    "{w}<img src=x onerror=alert(1)",
    '{w}<a href="x',
    "{w}<script>alert(1)",
    "{w}<!-- x",
    "{w}<!",
    "{w}</b",
    "{w}<?",
    "<<b>script>alert(1)<</b>/script>{w}",
    "<scr<script>ipt>alert(1)</scr</script>ipt>{w}",
    "<<<b>b>img src=x onerror=alert(1)>{w}",
    "<!<b>-- x -->{w}",
    "{lots}{w}",
)
BROKEN_REFERENCES = (
    "{w} &lt;b",
    "{w} &amp;lt;!--",
    "&lt<b></b>;script&gt;alert(1)&lt;/script&gt;{w}",
    "&l<i>t;b onclick=alert(1)&gt;{w}",
    "&am<i></i>p;lt;b&gt;{w}",
    "&#6<i></i>0;b>{w}",
    "<&#115;cript>alert(1)</script>{w}",
    "<&sol;b>{w}",
    "<&excl;-- x -->{w}",
    "&lt;<b>b&gt;{w}",
)


@check("xss.markup")
@pytest.mark.parametrize("way", WAYS)
def test_tags_and_what_goes_with_them(stored_as, rng, way):
    """Tags go, and the text between them stays; scripts, styles, comments and declarations go with what is in them."""
    for sent, left in (*TAGS, *WITH_CONTENT):
        words = {"w": rng.word(), "v": rng.word()}
        stored_as(sent.format(**words), way, left.format(**words))


@check("xss.markup")
def test_a_comment_that_is_made_in_the_admin(api, site, rows, db, rng):
    """A comment that is made in the admin has no markup, either, where the admin makes comments."""
    if site.request("GET", "/admin/comments/comment/add/").status_code in (403, 404):
        return
    word, post = rng.word(), rows.post(state="out", author="contributor2").id
    form = {"post": str(post), "author": str(api.people["reader"].id), "status": "pending"}
    site.submit("/admin/comments/comment/add/", {**form, "body": f"<b>{word}</b><script>alert(1)</script>"})
    expect([row["body"].strip() for row in db.rows("comments_comment", "body", post_id=post)], equal_to=[word])


@check("xss.markup")
def test_broken_markup(send, rng):
    """Whatever was broken or nested: in what is stored there is no markup."""
    for way, sent in zip(cycle(("POST", "PATCH", "admin", "POST")), BROKEN, strict=False):
        text = sent.format(w=rng.word(), lots="<" * 30 + "b>" * 30)
        found = send(way, text)
        expect_that(
            found is None or not MARKUP.search(found),
            expected=f"no markup left of the comment {text!r}",
            observed=found,
        )


@check("xss.encoded")
def test_markup_in_references(stored_as, rng):
    """Markup in character references goes, in whichever of the ways they are written."""
    for way, (sent, left) in zip(cycle(WAYS), (*TAGS[:9], *WITH_CONTENT[:9]), strict=False):
        words = {"w": rng.word(), "v": rng.word()}
        stored_as(encoded(sent.format(**words), rng), way, left.format(**words))
        stored_as(encoded(sent.format(**words), rng, only="<"), way, left.format(**words))


@check("xss.encoded")
def test_every_spelling_of_a_reference(stored_as, rng):
    """`<` is the same by name, number and hexadecimal number, in capitals or not, with any number of zeros."""
    for way, spelling in zip(cycle(WAYS), WRITTEN["<"], strict=False):
        word = rng.word()
        for zeros in ("0", "0" * rng.randint(8, 300)):
            stored_as(f"{spelling.format(zeros=zeros)}b>{word}", way, word)


@check("xss.encoded")
def test_however_often_it_was_encoded(stored_as, rng):
    """Markup goes however often it was encoded, the parts of it as often or not."""
    for depth in (2, 3, rng.randint(4, 12)):
        word, sent = rng.word(), "<i>{w}</i>"
        text = sent.format(w=word)
        for _ in range(depth):
            text = encoded(text, rng) if len(text) < 1500 else text.replace("&", "&amp;")
        stored_as(text, rng.choice(WAYS), word)
    word = rng.word()
    deep = rng.randint(200, 1200)
    stored_as(f"&{'amp;' * deep}lt;b>{word}", "POST", word)
    stored_as(f"&amp;amp;lt;b&gt;{word}&lt;/b&amp;gt;", "PATCH", word)


@check("xss.encoded")
def test_the_text_beside_it(stored_as, rng):
    """The text beside encoded markup stays, decoded at most as often as the markup was encoded."""
    for depth in (1, 2):
        word = rng.word()
        markup = "<b>"
        for _ in range(depth):
            markup = markup.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        texts = [f"{word} Tom &amp;amp;amp;amp; Jerry"]
        for _ in range(depth):
            texts.append(decoded(texts[-1]))
        stored_as(markup + texts[0], "POST", *texts)


@check("xss.encoded")
def test_broken_references(send, rng):
    """Whatever was broken or put together: in what is stored there is no markup, however often it is decoded."""
    for way, sent in zip(cycle(("POST", "admin", "PATCH")), BROKEN_REFERENCES, strict=False):
        text = sent.format(w=rng.word())
        found = send(way, text)
        left = found and markup_in(found)
        expect_that(not left, expected=f"no markup left of the comment {text!r}", observed=f"{found!r}: {left!r}")


TEXTS = (
    "1 < 2 & 3 > 2",
    "I </3 you <3",
    "<- and <= and << and -> and <",
    "< b > and </ b > and <1> and <_x> and </-x>",
    "?page=2&section=3&copy=2&lt=5&gte=1",
    "&lt &ltb> &#60b> &#x3cscript> &ampx;",
    "Tom &amp; Jerry",
    "&copy; 2026",
    "&lt; 5 &gt; 4 &lt;3 &#60;- &LT;=",
    "&amp;lt; 5 &amp;amp; &#38; &#x26;",
    "<&#32;b> and &lt;&nbsp;b&gt;",
    "&nothing; &#xD800; &#1114112; &#99999999999; &#; &#x; &;",
    '"It\'s" `fine`',
    "日本語 العربية עברית Привет ελληνικά e\u0301 ß",
    "🚂 👩\u200d👩\u200d👧",
    "\uff1cb\uff1e \u2039b\u203a",
    "{{ 7*7 }} ${{7*7}} %3Cb%3E \\u003cb\\u003e",
    "https://example.org/?a=1&b=2#c",
    "no\u00a0break \u200b \ufeff \ue000 \U0010fffd.",
    "one\r\ntwo\r\n\r\nthree",
    "one\ntwo\n\n  three\tfour",
    "one\r\ntwo\nthree",
)
# What stands beside markup that is not encoded, and what is left.
BESIDE = (
    ("<b>a</b>&copy=2", "a&copy=2"),
    ("<i>Tom</i> &amp; Jerry &copy; 2026", "Tom &amp; Jerry &copy; 2026"),
    ("1 < 2 & 3 > 2 <b>yes</b>", "1 < 2 & 3 > 2 yes"),
    ("<p>one\r\ntwo</p>\r\nthree", "one\r\ntwo\r\nthree"),
    ("<p>I </3 you</p> <3", "I </3 you <3"),
    ("<u>&lt; 5</u> &nothing; &lt=5", "&lt; 5 &nothing; &lt=5"),
    ("<b>no\u00a0break</b> \ue000", "no\u00a0break \ue000"),
)


@check("xss.text")
def test_what_is_no_markup(stored_as, rng):
    """What is no markup is stored and returned as it was sent, character for character."""
    for way, text in zip(cycle(("POST", "admin", "PATCH")), (*TEXTS, " ".join(rng.sample(TEXTS, 8))), strict=False):
        sent = f"{rng.word()} {text} {rng.word()}"
        stored_as(sent, way, sent)


@check("xss.text")
@pytest.mark.parametrize("way", ["POST", "admin"])
def test_what_stands_beside_markup(stored_as, rng, way):
    """What stands beside markup that is not encoded stays as it was sent."""
    for sent, left in BESIDE:
        word = rng.word()
        stored_as(f"{word} {sent}.", way, f"{word} {left}.")


NOTHING = (
    "<b></b>",
    "<br>",
    "<script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "<!-- x -->",
    "<!DOCTYPE html>",
    "<?php echo 1 ?>",
    "<img src=x onerror=alert(1)>",
    " <i> </i>\n<p>\t</p>",
    "<p>\u00a0</p>",
    "&lt;p&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
)


@check("xss.refused")
def test_nothing_is_left_by_the_api(api, rows, db, on_field, rng):
    """A body of which nothing is left is 400 on `body`, new or changed, and nothing is written."""
    post = rows.post(state="out", author="contributor2").id
    key = rows.comment(author="reader", status="approved").id
    for way, body in (("PATCH", {}), ("PUT", {})):
        word = rng.word()
        api.request(way, f"/comments/{key}/", as_="reader", json=body | {"body": f"<p>{word}</p>"}).expect(200)
    before = stored_rows(db)
    for body in NOTHING:
        on_field(api.post("/comments/", as_="reader", json={"post": post, "body": body}), "body")
        for way in ("PUT", "PATCH"):
            on_field(api.request(way, f"/comments/{key}/", as_="reader", json={"body": body}), "body")
    expect(stored_rows(db)["comment"], equal_to=before["comment"], because="what is refused is not written")


@check("xss.refused")
def test_nothing_is_left_in_the_admin(rows, db, site, rng):
    """In the admin such a body is refused on the form, and nothing is written."""
    word, key = rng.word(), rows.comment(author="reader").id
    path = f"/admin/comments/comment/{key}/change/"
    site.submit(path, {"body": f"<p>{word}</p>"})
    assert db.one("comments_comment", "body", id=key)["body"].strip() == word
    before = stored_rows(db)
    for body in NOTHING:
        site.submit(path, {"body": body}, expect=(200,))
    expect(stored_rows(db)["comment"], equal_to=before["comment"], because="what is refused is not written")


ESCAPED = (
    "<{mark} onclick=alert(1)>x</{mark}>",
    '"><{mark}>',
    "'><{mark}>",
    "</textarea><{mark}>",
    "</title></option></select></script></style><{mark}>",
    "--><{mark}>",
    "x' {mark}-attribute=1 x=\"",
    "x\" {mark}-attribute=1 x='",
    "&lt;{mark}&gt;",
)


class Page(HTMLParser):
    """The elements and attributes of a page by name, and the texts of its text areas."""

    def __init__(self, text):
        super().__init__()
        self.names, self.areas, self._within = set(), [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Notes the names."""
        self.names |= {tag, *(name for name, _ in attrs)}
        self._within = tag == "textarea"
        if self._within:
            self.areas.append("")

    def handle_endtag(self, tag):
        """A text area is over."""
        self._within = self._within and tag != "textarea"

    def handle_data(self, data):
        """Notes what a text area has in it."""
        if self._within:
            self.areas[-1] += data


@check("xss.escaped")
def test_pages_of_the_admin(api, site, rows, db, rng):
    """What got into the database in another way is escaped on the admin's pages: list, comment, history, deletion."""
    comment = rows.comment(author="reader")
    for payload in ESCAPED:
        mark = f"mark-{rng.word()}"
        body = payload.format(mark=mark)
        db.update("comments_comment", {"body": body}, id=comment.id)
        for place in (f"{comment.id}/change/", "", f"{comment.id}/history/", f"{comment.id}/delete/", f"?q={mark}"):
            answer = api.get(f"/admin/comments/comment/{place}", version=None, as_="admin").expect(200)
            page = Page(answer.text)
            stray = sorted(name for name in page.names if mark in name)
            expect(stray, equal_to=[], because=f"no element or attribute of the comment {body!r} in {answer.asked}")
            if place.endswith("/change/"):
                shown = any(area.removeprefix("\n").removeprefix("\r\n") == body for area in page.areas)
                expect_that(
                    shown, expected=f"the text {body!r} in a field of {answer.asked}", observed="it is not there"
                )


@check("xss.escaped")
def test_in_json_it_is_text(api, rows, db, rng):
    """In JSON what got into the database in another way is the text that it is."""
    comment = rows.comment(author="reader", status="approved")
    for payload in ESCAPED:
        body = payload.format(mark=rng.word())
        db.update("comments_comment", {"body": body}, id=comment.id)
        answer = api.get(f"/comments/{comment.id}/", as_="reader").expect(200)
        assert answer.header("Content-Type").startswith("application/json")
        assert answer.object().get("body") == body
