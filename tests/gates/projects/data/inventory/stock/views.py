import os,sys
from rest_framework import viewsets
from stock.models import Item
from stock.serializers import ItemSerializer

class ItemViewSet(viewsets.ModelViewSet):
    queryset = Item.objects.order_by("id")
    serializer_class = ItemSerializer
