from django.contrib.auth.decorators import login_required, permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from entries.forms import EntryForm
from entries.models import Entry


def index(request):
    mine = request.session.get("signed", 0)
    return render(
        request,
        "entries/index.html",
        {"entries": Entry.objects.shown()[:50], "mine": mine},
    )


@require_http_methods(["GET", "POST"])
def sign(request):
    form = EntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        request.session["signed"] = request.session.get("signed", 0) + 1
        return redirect("index")
    return render(request, "entries/sign.html", {"form": form})


@require_POST
@login_required
@permission_required("entries.change_entry", raise_exception=True)
def hide(request, pk):
    entry = get_object_or_404(Entry, pk=pk)
    entry.hidden = True
    entry.save(update_fields=["hidden"])
    return redirect("index")
