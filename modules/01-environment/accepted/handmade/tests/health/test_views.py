"""The probes."""

from unittest import mock

from django.test import RequestFactory, TestCase
from health.probes import Healthz


class ProbesTest(TestCase):
    def test_live(self):
        self.assertEqual(self.client.get("/live").json(), {"status": "ok"})

    def test_ready(self):
        with mock.patch("health.probes._database"):
            self.assertEqual(self.client.get("/ready").status_code, 200)

    def test_healthz_without_a_client(self):
        with mock.patch("health.probes._database", side_effect=OSError):
            answer = Healthz.as_view()(RequestFactory().get("/healthz"))
        self.assertEqual(answer.status_code, 503)
