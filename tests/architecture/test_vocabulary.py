"""One word for one thing: the glossary's retired words are not used for our things, in names, screens, data or documents."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from tests.architecture.sources import ROOT, SRC, own_files, shown
from tests.architecture.vocabulary import RETIRED, Finding, in_markdown, in_names, in_prose, in_template, in_texts

# Where others have named the thing, or where the word means something else than ours.
NAMES_OF_OTHERS = {
    r"SECURE_\w+_POLICY": "Django's settings for browser policies",
    r"(\w+_)?security_policy|policy": "the browser's content security policy",
    r"group_policy(_number)?": "the group's policy is what the word means",
    r"client|client_(of|address|key)|\w+_OF_A_CLIENT": "the client of a network connection",
    r"client_id|SONAE_OIDC_CLIENT_\w+": "OpenID Connect's word for whoever asks a sign-on",
}
PHRASES = {
    r"group(['’]s)? policy|policy number": "the group's policy is what the word means",
    r"group_policy_number|CR\d{4}( [\w()/-]+)+": "the group's policy; the names that Lloyd's standards give to columns",
    r"policy wording": "the wording of the group's policy (F01)",
    r"(cyber|another|other|package|look at your) polic(y|ies)": "policies outside the programme (F20)",
    r"(content )?security policy|browser['’]s policy|referrer[ -]policy": "the browser's policy",
    r"their own clients|(your|the firm['’]s|their) customers": "the member's own customers, whom an incident hurts",
}
TEMPLATES = (".html", ".txt", ".typ")
WORDS_THEMSELVES = {"GLOSSARY.md"}  # the page that retires them


def unexcused(findings: Iterable[Finding], excuses: Iterable[str]) -> list[Finding]:
    """What no excuse covers: a name as a whole, or a phrase around the word."""
    patterns = [re.compile(rf"\b({excuse})\b", re.IGNORECASE) for excuse in excuses]
    return [finding for finding in findings if not any(pattern.search(finding.context) for pattern in patterns)]


def test_no_name_in_the_code_uses_a_retired_word() -> None:
    found = [
        f"{shown(path)}:{finding.line} {finding.context}: say {RETIRED[finding.word]}"
        for folder in (SRC, ROOT / "bench", ROOT / "tests")
        for path in own_files(folder, suffixes=(".py",))
        for finding in unexcused(in_names(path.read_text()), NAMES_OF_OTHERS)
        if folder == SRC or finding.word != "client"  # Django's test client is called so in every test
    ]
    assert found == []


def test_no_english_text_in_the_code_uses_a_retired_word() -> None:
    found = [
        f"{shown(path)}:{finding.line} …{finding.context}…: say {RETIRED[finding.word]}"
        for path in own_files(SRC, suffixes=(".py",))
        for finding in unexcused(in_texts(path.read_text()), PHRASES)
    ]
    assert found == []


def test_no_template_shows_a_retired_word() -> None:
    found = [
        f"{shown(path)}:{finding.line} …{finding.context}…: say {RETIRED[finding.word]}"
        for path in own_files(SRC, suffixes=TEMPLATES)
        for finding in unexcused(in_template(path.read_text()), PHRASES)
    ]
    assert found == []


def test_no_product_file_uses_a_retired_word() -> None:
    found = [
        f"{shown(path)}:{finding.line} …{finding.context}…: say {RETIRED[finding.word]}"
        for path in own_files(ROOT / "products", suffixes=(".toml", ".csv", ".md"))
        for finding in unexcused(in_prose(path.read_text()), PHRASES)
    ]
    assert found == []


def test_no_document_uses_a_retired_word() -> None:
    found = [
        f"{shown(path)}:{finding.line} …{finding.context}…: say {RETIRED[finding.word]}"
        for path in own_files(suffixes=(".md",))
        if path.name not in WORDS_THEMSELVES
        for finding in unexcused(in_markdown(path.read_text()), PHRASES)
    ]
    assert found == []


def test_every_retired_word_stands_in_the_glossary() -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text()
    retired = glossary.partition("## Retired words")[2]
    assert [word for word in RETIRED if not re.search(rf"\b{word}\b", retired)] == []


PLANTED_CODE = """
class CustomerRecord: ...
def list_policies(price, *, subscriptionId): ...
ticket_count = 1
self.approved_at = None
import x as client
TITLE = Text("料金", "Your fee" f" and {n} tickets")
label = say("金額", "Amount to pay")
gateway.capture(amount=1)  # another's name for its own argument
"""
PLANTED_TEMPLATE = """
{% say "保険料" "The price" %} <p data-client="x">Your policy
</p>{# a ticket #}<!-- fee --> {% url "customer" %} {{ amount }}
"""


def test_the_search_finds_what_is_planted_and_nothing_else() -> None:
    names = {(finding.word, finding.context) for finding in in_names(PLANTED_CODE)}
    assert names == {
        ("customer", "CustomerRecord"), ("policy", "list_policies"), ("price", "price"), ("subscription", "subscriptionId"),
        ("ticket", "ticket_count"), ("approve", "approved_at"), ("client", "client"),
    }  # fmt: skip
    assert sorted(finding.word for finding in in_texts(PLANTED_CODE)) == ["amount", "fee", "ticket"]
    assert [(finding.line, finding.word) for finding in in_template(PLANTED_TEMPLATE)] == [(2, "price"), (2, "policy")]


@pytest.mark.parametrize("sample", ["Your policy starts today", "the price", "a monthly fee", "Our customers"])
def test_an_excuse_does_not_cover_our_own_things(sample: str) -> None:
    assert unexcused(in_prose(sample), PHRASES)
