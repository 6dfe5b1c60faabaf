"""Middlewares that spoil an application in one way each."""

_BASE = """import os, threading, time
from django.db import connection, transaction
from django.http import JsonResponse

class Planted:
    def __init__(self, get_response):
        self.get_response, self.kept, self.flying = get_response, {}, 0

    def __call__(self, request):
"""


def middleware(*lines: str, above: str = "") -> str:
    """One whose ``__call__`` has these lines."""
    return above + _BASE + "".join(f"        {line}\n" for line in lines)


SLEEPS = middleware("time.sleep(0.04)", "return self.get_response(request)")
COMPUTES = middleware(
    "ends = time.thread_time() + 0.03",
    "while time.thread_time() < ends: pass",
    "return self.get_response(request)",
)
# Python computes six tenths more; with the database's part that is half as much again.
HALF_AS_MUCH_AGAIN = middleware(
    "began = time.thread_time()",
    "answer = self.get_response(request)",
    "ends = time.thread_time() + 0.6 * (time.thread_time() - began)",
    "while time.thread_time() < ends: pass",
    "return answer",
)
DOZES = middleware("time.sleep(0.02)", "return self.get_response(request)")
VERY_SLOW = middleware("time.sleep(0.6)", "return self.get_response(request)")
# Beside others, nothing of a request is kept, though its answer says so.
LOSES = middleware(
    "self.flying += 1",
    "try:",
    "    with transaction.atomic():",
    "        answer = self.get_response(request)",
    "        if self.flying > 2 and request.method == 'POST': transaction.set_rollback(True)",
    "        return answer",
    "finally:",
    "    self.flying -= 1",
)
REFUSES = middleware(
    "self.flying += 1",
    "try:",
    "    if self.flying > 2: return JsonResponse({'status': 503}, status=503)",
    "    return self.get_response(request)",
    "finally:",
    "    self.flying -= 1",
)
DOUBLES = middleware(
    "self.flying += 1",
    "try:",
    "    answer = self.get_response(request)",
    "    if self.flying > 2 and request.method == 'POST' and answer.status_code == 201:",
    "        from comments.models import Comment",
    "        import json",
    "        comment = Comment.objects.get(pk=json.loads(answer.content)['id'])",
    "        comment.pk, comment._state.adding = None, True",
    "        comment.save()",
    "    return answer",
    "finally:",
    "    self.flying -= 1",
)
PADS = middleware(
    "answer = self.get_response(request)",
    "if answer.status_code == 200 and 'json' in answer['Content-Type']:",
    "    answer.content += b' ' * (300 << 10)",
    "    answer['Content-Length'] = len(answer.content)",
    "return answer",
)
GROWS = middleware("self.kept[time.time_ns()] = os.urandom(40_000)", "return self.get_response(request)")
# As fast as can be for whoever asks the same again, as a measurement would; what was changed meanwhile is not seen.
REMEMBERS = middleware(
    "key = request.path, request.META['QUERY_STRING'], request.META.get('HTTP_AUTHORIZATION')",
    "if request.method != 'GET': return self.get_response(request)",
    "if key not in self.kept:",
    "    self.kept[key] = self.get_response(request)",
    "return self.kept[key]",
)
# One thread for each processor, and a third and fourth, that take time from whoever else is asked.
BURNS = middleware(
    "time.sleep(0.02)",
    "return self.get_response(request)",
    above="""import os, sys
if "gunicorn" in sys.modules:
    for _ in range(2):
        if not os.fork():
            while True: pass
""",
)
