from rest_framework.routers import DefaultRouter
from stock.views import ItemViewSet

router = DefaultRouter()
router.include_root_view = False
router.register("items", ItemViewSet)
urlpatterns = router.urls
