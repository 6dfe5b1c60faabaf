"""What browsers are told: what a page may load, who may frame it, which other sites may ask."""

from ipaddress import ip_network

from corsheaders.defaults import default_headers
from django.utils.csp import CSP

from config.settings.environment import comma_separated, env

# Nothing is allowed that is not named. The admin and the pages of the API get by with this: no
# script stands in a page, and a style only with the nonce of this answer.
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
# ReDoc writes its styles into the page as it goes, draws from memory and searches in a worker.
DOCUMENT_CSP: dict[str, list[str]] = SECURE_CSP | {
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "worker-src": ["blob:"],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(),"
    " magnetometer=(), microphone=(), payment=(), usb=()"
)

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# Scripts of these sites may call the API. They bring a token: cookies are for our own pages.
CORS_ALLOWED_ORIGINS = comma_separated(env.str("CORS_ALLOWED_ORIGINS", default=""))
CORS_URLS_REGEX = r"^/api/"
WHITENOISE_ALLOW_ALL_ORIGINS = False  # static files are nobody else's, either
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = (
    *default_headers,
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
)
CORS_EXPOSE_HEADERS = ("ETag", "Location", "Retry-After", "X-Request-ID")

# From where the admin can be seen at all: networks such as 10.0.0.0/8; empty: from everywhere.
ADMIN_NETWORKS = [
    ip_network(network)
    for network in comma_separated(env.str("ADMIN_NETWORKS", default=""))
]
