# FILE SOLUTION 06
"""What one sends about a second factor, and what comes back."""

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from api.fields import TextField
from authentication.serializers import PasswordField
from mfa import examples

# Six digits or a recovery code, with whatever people put between its groups.
MAX_CODE = 64


@extend_schema_serializer(examples=examples.PASSWORD)
class EnrolmentBeginningSerializer(serializers.Serializer[None]):
    """The password: whoever finds an open session may not tie the account to their telephone."""

    password = PasswordField()


@extend_schema_serializer(examples=examples.ENROLMENT)
class EnrolmentSerializer(serializers.Serializer[None]):
    """For an authenticator app: `uri` as a QR code, or `secret` to be typed."""

    secret = TextField()
    uri = TextField()


@extend_schema_serializer(examples=examples.CODE)
class CodeSerializer(serializers.Serializer[None]):
    """A code that the app shows."""

    code = TextField(max_length=MAX_CODE)


@extend_schema_serializer(examples=examples.PASSWORD_AND_CODE)
class PasswordAndCodeSerializer(serializers.Serializer[None]):
    """The password, and a code of the app or a recovery code."""

    password = PasswordField()
    code = TextField(max_length=MAX_CODE)


@extend_schema_serializer(examples=examples.SECOND_STEP)
class SecondStepSerializer(serializers.Serializer[None]):
    """The challenge of the first step, and a code of the app or a recovery code."""

    # Without a limit: a void one is refused as void, however long it is.
    challenge = TextField()
    code = TextField(max_length=MAX_CODE)


@extend_schema_serializer(examples=examples.RECOVERY_CODES)
class RecoveryCodesSerializer(serializers.Serializer[None]):
    """Each is good for one log-in. They are shown this once."""

    codes = serializers.ListField(child=TextField())
