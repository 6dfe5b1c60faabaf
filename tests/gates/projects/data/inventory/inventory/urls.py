from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

urlpatterns = [
    path("api/", include("stock.urls")),
    path("docs/schema/", SpectacularAPIView.as_view(permission_classes=[])),
]
