from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.urls import path
from posts.models import Post


def posts(request):
    return JsonResponse({"titles": list(Post.objects.order_by("pk").values_list("title", flat=True))})


def whoami(request):
    return HttpResponse(request.user.get_username() or "anonymous")


def broken(request):
    raise ValueError("a view of the learner's")


def healthz(request):
    Post.objects.exists()
    return JsonResponse({"status": "ok"})


def cached(request):
    try:
        cache.set("a", 1)
    except Exception:
        return JsonResponse({"cache": "unavailable"}, status=503)
    return JsonResponse({"cache": "ok"})


urlpatterns = [
    path("posts/", posts),
    path("whoami/", whoami),
    path("broken/", broken),
    path("healthz", healthz),
    path("cached", cached),
]
