"""The hash of a container: equal for equal files, across releases of wtc."""

import pytest

from wtc.model.service import Port, Service
from wtc.planner.desired.config_hash import service_hash


@pytest.mark.parametrize(
    ("published", "digest"),
    [
        (range(0), "2daa6d67807e00854d665aadc31b686703773c5e3b7a192b9e73531ac60f5782"),
        (range(8080, 8081), "433ab492ca8f0894c1ad830cf1728351db2742fedb797422be8c987332239bdb"),
        (range(8000, 8011), "5ba1d4b9a546fa5f8f666debf71ec71613932f170ce7b6e7f217767a76496784"),
    ],
)
def test_container_of_an_earlier_release_is_not_recreated_for_its_ports(published: range, digest: str) -> None:
    assert service_hash(Service(name="web", ports=(Port(target=80, published=published),)), ()) == digest
