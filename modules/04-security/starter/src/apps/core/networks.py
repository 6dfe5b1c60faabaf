"""Which addresses are one client's, for whoever counts what clients do."""

from ipaddress import IPv6Address, IPv6Network, ip_address

# What a provider gives to one customer, who may use a new address of it for every request.
IPV6_PREFIX = 64


def network_address(address: str) -> str:
    """The address under which this one is counted.

    An IPv4 address stands for itself, also where it is written as an IPv6 one (::ffff:192.0.2.1);
    an IPv6 address for the first one of its /64 network. What is no address is returned as it is.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed), IPV6_PREFIX), strict=False).network_address)
