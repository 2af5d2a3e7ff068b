"""The client's IP address, also behind proxies; IPv6 clients are identified by their network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

IPV6_NETWORK = 64
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
# The addresses of clients on the own machine, as `client_address` returns them.
LOOPBACK_CLIENTS = frozenset({"127.0.0.1", "::/64"})
NO_ADDRESS = "0.0.0.0"  # noqa: S104  # nothing is bound


def client_address(request: HttpRequest) -> str:
    """Return the client's address, trusting as many proxies as TRUSTED_PROXIES says.

    Return 0.0.0.0 if there is no address, as for a server behind a Unix socket.
    """
    remote = str(request.META.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop]
    proxies: int = settings.TRUSTED_PROXIES
    if proxies and hops:
        return (
            _parse_address(hops[-min(proxies, len(hops))]) or _parse_address(remote) or NO_ADDRESS
        )
    return _parse_address(remote) or NO_ADDRESS


def is_local(request: HttpRequest) -> bool:
    """Return whether a request, whose host is allowed, is to the own machine."""
    host, _port = split_domain_port(request.get_host())
    return host in LOOPBACK_HOSTS


def logged_address(request: HttpRequest) -> str | None:
    """Return the client's address as LOG_CLIENT_ADDRESS allows it in the log, or None.

    Truncated, it is the network of the last 8 bits of IPv4, or the last 80 bits of IPv6.
    """
    if settings.LOG_CLIENT_ADDRESS == "none":
        return None
    address = client_address(request)
    if settings.LOG_CLIENT_ADDRESS == "full":
        return address
    length = 48 if ":" in address else 24
    return str(ip_network(f"{address}/{length}", strict=False).network_address)


def _throttle_address(address: IPv4Address | IPv6Address) -> str:
    """Return the address for throttling: for IPv6 the /64 network, since a client has all of it."""
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, IPV6_NETWORK), strict=False).network_address)


def _parse_address(text: str) -> str | None:
    """Return the address of a hop such as ``1.2.3.4``, ``1.2.3.4:80`` or ``[::1]:80``, or None."""
    for candidate in (text, text.rpartition(":")[0].strip("[]"), text.strip("[]")):
        try:
            return _throttle_address(ip_address(candidate.partition("%")[0]))
        except ValueError:
            continue
    return None
