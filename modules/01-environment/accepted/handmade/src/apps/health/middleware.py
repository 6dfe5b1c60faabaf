"""/live is answered before anything else is asked."""

from django.http import JsonResponse


class LiveMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path == "/live":
            request.get_host()  # refuses a strange one
            return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})
        return self.get_response(request)
