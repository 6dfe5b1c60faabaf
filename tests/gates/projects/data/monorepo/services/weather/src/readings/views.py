from django.http import HttpResponse, JsonResponse

from readings.models import Reading


def health(request):
    return HttpResponse("ok", content_type="text/plain")


def readings(request, station):
    latest = Reading.objects.latest_of(station)
    if latest is None:
        return JsonResponse({"detail": "No such station."}, status=404)
    return JsonResponse({"celsius": latest.celsius, "word": latest.word()})
