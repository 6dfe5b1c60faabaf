# FILE SOLUTION 06
"""The first of two steps of a log-in, as it is answered."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from api.fields import TextField

EXAMPLE = OpenApiExample(
    "Returned",
    value={"challenge": "eyJ1c2VyIjo1LCJz…", "expires_in": 300},
    response_only=True,
    status_codes=["202"],
)


@extend_schema_serializer(examples=[EXAMPLE])
class ChallengeSerializer(serializers.Serializer[None]):
    """The password fits, and the account has a second factor: bring `challenge` and a code."""

    challenge = TextField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
