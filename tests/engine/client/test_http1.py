"""HTTP/1.1 messages as bytes."""

from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wtc.engine.client.http1 import CHUNKED, UNTIL_CLOSE, Head, content_length, encode_path, encode_query, take_head

RESPONSE = b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nX: 1\r\n folded\r\nY:2\r\n\r\nrest"


@given(st.sets(st.integers(min_value=0, max_value=len(RESPONSE))))
def test_head_is_parsed_wherever_it_is_cut(places: set[int]) -> None:
    buffer, found, start = bytearray(), None, 0
    for place in [*sorted(places), len(RESPONSE)]:
        buffer += RESPONSE[start:place]
        start = place
        if found is None:
            found = take_head(buffer)
    assert found == Head(status=200, headers={"x": "1 folded", "y": "2"}, keep_alive=True)
    assert buffer == b"rest"


@given(st.dictionaries(st.text(min_size=1), st.one_of(st.text(min_size=1), st.integers())))
def test_query_decodes_to_the_parameters(params: dict[str, str | int]) -> None:
    query = encode_query(params)
    assert dict(parse_qsl(query, strict_parsing=True) if query else ()) == {k: str(v) for k, v in params.items()}


@pytest.mark.parametrize(
    ("path", "encoded"),
    [
        ("/containers/a_b-1.2~/json?all=1", "/containers/a_b-1.2~/json?all=1"),
        ("/images/host:5000/a/b:c@sha256:1/json", "/images/host:5000/a/b:c@sha256:1/json"),
        ("/volumes/a%20b", "/volumes/a%20b"),
        ("/volumes/a b#c\r\nHost: d", "/volumes/a%20b%23c%0D%0AHost:%20d"),
        ("/volumes/é", "/volumes/%C3%A9"),
    ],
)
def test_path_keeps_what_is_encoded_and_encodes_the_rest(path: str, encoded: str) -> None:
    assert encode_path(path) == encoded


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="%")))
def test_encoded_path_decodes_to_the_path(path: str) -> None:
    assert unquote(encode_path(path)) == path


@pytest.mark.parametrize(
    ("method", "status", "headers", "length"),
    [
        ("GET", 200, {"content-length": "12"}, 12),
        ("GET", 200, {"content-length": "12, 12"}, 12),
        ("GET", 200, {}, UNTIL_CLOSE),
        ("GET", 200, {"transfer-encoding": "Chunked", "content-length": "3"}, CHUNKED),
        ("GET", 200, {"transfer-encoding": "gzip, chunked"}, CHUNKED),
        ("GET", 200, {"transfer-encoding": "identity"}, UNTIL_CLOSE),
        ("HEAD", 200, {"transfer-encoding": "chunked"}, 0),
        ("POST", 204, {"content-length": "3"}, 0),
        ("GET", 304, {"content-length": "3"}, 0),
    ],
)
def test_length_follows_from_method_status_and_headers(
    method: str, status: int, headers: dict[str, str], length: int
) -> None:
    assert content_length(Head(status=status, headers=headers, keep_alive=True), method) == length
