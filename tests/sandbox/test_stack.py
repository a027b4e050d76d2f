"""Under which names and addresses a sandbox reaches services."""

import pytest

from wtc.sandbox.stack import Listener, StackService, hosts_file, listeners

WEB = StackService(name="web", aliases=("shop-web", "db"), ports=(80, 443))
DB = StackService(name="db", aliases=("shop-web", "localhost", "not a name\n127.0.0.9 evil"), ports=(80,))


def test_each_service_has_an_address_so_that_ports_may_be_equal() -> None:
    assert listeners([WEB, DB]) == (
        Listener(address="127.0.2.1", service="web", port=80),
        Listener(address="127.0.2.1", service="web", port=443),
        Listener(address="127.0.2.2", service="db", port=80),
    )


@pytest.mark.parametrize(
    ("index", "address"),
    [(0, "127.0.2.1"), (253, "127.0.2.254"), (254, "127.0.3.1"), (508, "127.0.4.1")],
)
def test_addresses_go_on_in_the_next_block(index: int, address: str) -> None:
    services = [StackService(name=f"s{number}", ports=(80,)) for number in range(index + 1)]
    assert listeners(services)[-1].address == address


def test_hosts_file_names_services_before_aliases_and_nothing_else() -> None:
    assert hosts_file([WEB, DB], host_name="machine") == (
        "127.0.0.1\tlocalhost\n"
        "127.0.2.1\tweb\n"
        "127.0.2.2\tdb\n"
        "127.0.2.1\tshop-web\n"
        "127.0.0.1\tmachine\n"
        "::1\tlocalhost ip6-localhost ip6-loopback\n"
    )


def test_service_with_the_name_of_the_machine_is_reached() -> None:
    assert "127.0.2.1\tweb\n" in hosts_file([WEB], host_name="web")
    assert "127.0.0.1\tweb\n" not in hosts_file([WEB], host_name="web")
