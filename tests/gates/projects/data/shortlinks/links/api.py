from django.db import IntegrityError, transaction
from ninja import NinjaAPI, Path

from links.models import Link
from links.schemas import Code, LinkIn, LinkOut, Problem

api = NinjaAPI(title="Short links", docs_url=None)


@api.get("/links", response=list[LinkOut], summary="All links")
def list_links(request):
    return Link.objects.all()[:100]


@api.post("/links", response={201: LinkOut, 409: Problem}, summary="Make a link")
def create_link(request, body: LinkIn):
    try:
        with transaction.atomic():
            return 201, Link.objects.create(code=body.code, target=str(body.target))
    except IntegrityError:
        return 409, {"detail": "There is such a code."}


@api.get("/links/{code}", response={200: LinkOut, 404: Problem}, summary="One link")
def get_link(request, code: Path[Code]):
    if not Link.objects.count_click(code):
        return 404, {"detail": "There is no such link."}
    return 200, Link.objects.get(code=code)
