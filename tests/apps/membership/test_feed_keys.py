"""The file of keys: what stands in it is read strictly, and never told."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from sonae.apps.membership.feed_keys import FeedKey, read_feed_keys

SECRET = "k" * 32


def test_each_line_is_a_key_of_a_sender() -> None:
    keys = read_feed_keys(f"# ours\n\nkaihi kaihi-2026 {SECRET}\nkaihi kaihi-2027 {SECRET}x\n")
    assert keys == {"kaihi-2026": FeedKey("kaihi", SECRET), "kaihi-2027": FeedKey("kaihi", f"{SECRET}x")}


def test_no_keys_are_no_senders() -> None:
    assert read_feed_keys("") == {}


@pytest.mark.parametrize(
    "line",
    [f"kaihi {SECRET}", f"kaihi a {SECRET} more", f"Kaihi a {SECRET}", f"kaihi a:b {SECRET}", f"kaihi a {SECRET[:31]}",
     f"kaihi first {SECRET}"],
)  # fmt: skip
def test_a_line_that_is_wrong_is_named_by_its_number_and_not_shown(line: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="line 2") as refusal:
        read_feed_keys(f"kaihi first {SECRET}\n{line}\n")
    assert SECRET[:31] not in str(refusal.value)


def test_a_key_shows_its_secret_to_nobody() -> None:
    assert SECRET not in repr(FeedKey("kaihi", SECRET))
