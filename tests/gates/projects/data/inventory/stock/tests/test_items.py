from django.contrib.auth.models import User
from rest_framework.test import APITestCase
from stock.models import Item


class ItemTests(APITestCase):
    def setUp(self):
        self.client.force_authenticate(User.objects.create_user("ann"))

    def test_an_item_is_made_and_listed(self):
        made = self.client.post(
            "/api/items/", {"name": "Chair", "count": 2}, format="json"
        )
        self.assertEqual(made.status_code, 201)
        self.assertEqual(
            [item["name"] for item in self.client.get("/api/items/").data], ["Chair"]
        )

    def test_one_item(self):
        item = Item.objects.create(name="Chair")
        self.assertEqual(
            self.client.get(f"/api/items/{item.pk}/").data["name"], "Chair"
        )
