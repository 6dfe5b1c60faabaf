from rest_framework import serializers
from stock.models import Item


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = Item
        fields = ["id", "name", "count"]

    def validate_name(self, value):
        if value.lower() == "nothing":
            raise serializers.ValidationError("This is no name.")
        return value
