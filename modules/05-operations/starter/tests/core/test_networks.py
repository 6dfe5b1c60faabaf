"""Which addresses are counted as one client."""

import pytest

from core.networks import network_address


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("::ffff:cb00:7105", "203.0.113.5"),
        ("2001:db8:0:1::", "2001:db8:0:1::"),
        ("2001:DB8:0:1:0:0:0:7", "2001:db8:0:1::"),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::"),
        ("2001:db8:0:2::7", "2001:db8:0:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
        ("<script>", "<script>"),
        ("", ""),
    ],
)
def test_an_ipv6_network_is_counted_as_one_client(
    address: str, counted_as: str
) -> None:
    assert network_address(address) == counted_as
