"""What people type is set as text, whatever it is: never markup, never a broken paper, never another reading order."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from sonae.apps.documents.rendering import PaperFailed
from sonae.domain.text import Text
from sonae.integrations.typst.letters import printable
from sonae.integrations.typst.press import TypstPress
from tests.integrations.page_pictures import grey_pixels
from tests.integrations.papers_cast import CERTIFICATE, DISCLOSURE_COPY, RECEIPT

MARKUP = (
    "#set text(fill: white)",
    "#panic()",
    '#read("/etc/passwd")',
    "$x^2$",
    '"><svgonload=alert(1)>',
    "= heading",
    "*strong* _emph_ `raw`",
    "<label> @reference",
    "https://evil.example/",
    "// comment",
    "/* comment */",
    "-- --- ... ~ 'quote' \"quote\"",
    "]#pagebreak()[",
    '")); #panic(("',
    "\\u{202e} \\",
    "{{7*7}} {% x %}",
)


@pytest.fixture(scope="module")
def press() -> TypstPress:
    return TypstPress()


def certificate_text(press: TypstPress, name: str) -> str:
    facts = replace(CERTIFICATE, insured_name=name, insured_address=name, applicant_name=name).as_dict()
    reader = PdfReader(io.BytesIO(press.render(template="certificate", facts=facts, language="ja")))
    assert not any("/Annots" in page for page in reader.pages)
    return "".join("".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize("typed", MARKUP)
def test_markup_is_printed_letter_by_letter(press: TypstPress, typed: str) -> None:
    assert certificate_text(press, typed).count("".join(typed.split())) == 3


@pytest.mark.parametrize("typed", MARKUP)
def test_markup_in_addressees_and_answers_is_printed_too(press: TypstPress, typed: str) -> None:
    wanted = "".join(typed.split())
    answered = tuple(replace(question, answer=Text(typed, typed)) for question in DISCLOSURE_COPY.questions)
    papers = (
        ("receipt", replace(RECEIPT, addressee=typed, card_brand=typed)),
        ("disclosure_copy", replace(DISCLOSURE_COPY, answered_by=typed, questions=answered)),
    )
    for template, facts in papers:
        reader = PdfReader(io.BytesIO(press.render(template=template, facts=facts.as_dict(), language="ja")))
        assert wanted in "".join("".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize(
    "control",
    ["\u202e", "\u202d", "\u2066", "\u2069", "\u200e", "\u200b", "\u200d", "\ufeff", "\x00", "\x07", "\x7f", "\xad"],
)
def test_invisible_controls_neither_turn_nor_break_the_text(press: TypstPress, control: str) -> None:
    text = certificate_text(press, f"株式会社{control}ABC123")
    assert text.count("株式会社ABC123") == 3
    assert control not in text
    assert "〓" not in text


@pytest.mark.parametrize("letter", ["😀", "👨‍👩‍👧", "\ue000", "\U0010fffd", "\ud800", "\ufffe", "ก", "א"])
def test_a_letter_the_typeface_lacks_becomes_a_geta_and_the_paper_says_so(press: TypstPress, letter: str) -> None:
    text = certificate_text(press, f"会社{letter}A")
    assert "会社〓" in text
    assert "この書類の書体にない文字です" in text


def test_a_paper_without_missing_letters_says_nothing_of_them(press: TypstPress) -> None:
    assert "〓" not in certificate_text(press, "髙﨑①㈱")


def test_marks_are_composed_but_names_are_not_changed() -> None:
    assert printable("カ\u3099ラス e\u0301") == "ガラス é"
    assert printable("髙﨑①㈱ﾊﾝ神") == "髙﨑①㈱ﾊﾝ神"
    assert printable("a\tb\r\nc\u2028d") == "a b\nc\nd"
    assert printable("\ufe0f葛\U000e0100😀\ufe0f") == "葛\U000e0100〓"


@pytest.mark.parametrize(
    "long",
    ["あ" * 16_700, "a" * 50_000, "ab " * 16_700, "株\n" * 12_500, "#" * 50_000],
    ids=["kana", "run", "words", "lines", "marks"],
)
def test_fifty_kilobytes_in_one_field_flow_over_pages_without_loss(press: TypstPress, long: str) -> None:
    facts = replace(CERTIFICATE, insured_address=long).as_dict()
    reader = PdfReader(io.BytesIO(press.render(template="certificate", facts=facts, language="ja")))
    text = "".join(page.extract_text() for page in reader.pages)
    letter = long[0]
    assert text.count(letter) >= long.count(letter)
    assert "S26-001234" in text
    assert len(reader.pages) > 3


@pytest.mark.parametrize("template", ["certificate", "receipt", "disclosure_copy"])
def test_a_run_without_spaces_stays_inside_the_paper(press: TypstPress, template: str) -> None:
    run = "W" * 600
    facts = {
        "certificate": replace(CERTIFICATE, insured_name=run, insured_address=run, applicant_name=run),
        "receipt": replace(RECEIPT, addressee=run),
        "disclosure_copy": replace(DISCLOSURE_COPY, insured_name=run, applicant_name=run, answered_by=run),
    }[template]
    for page in press.draw(template=template, facts=facts.as_dict(), language="en", dots_per_inch=72):
        right_margin = grey_pixels(page)[:, -50:]
        assert int(right_margin.min()) == 255


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"template": "../paper"}, "there is no paper"),
        ({"template": "paper"}, "there is no paper"),
        ({"language": "fr"}, "ja or en"),
        ({"language": "ja\x00"}, "ja or en"),
        ({"facts": {}}, "made_at"),
        ({"facts": {"made_at": "yesterday"}}, "made_at"),
        ({"facts": {"made_at": "2027-02-08T14:02:00"}}, "time zone"),
        ({"facts": {"made_at": "2027-02-08T14:02:00+09:00"}}, "receipt"),
        ({"facts": RECEIPT.as_dict() | {"payment_yen": 1.5}}, "plain value"),
        ({"facts": RECEIPT.as_dict() | {"payment_yen": "1"}}, "receipt"),
        ({"facts": RECEIPT.as_dict() | {"paid_on": "2027"}}, "receipt"),
    ],
)
def test_what_can_not_be_printed_is_refused_in_words(press: TypstPress, change: dict[str, object], reason: str) -> None:
    call: dict[str, object] = {"template": "receipt", "facts": RECEIPT.as_dict(), "language": "ja"} | change
    with pytest.raises(PaperFailed, match=reason):
        press.render(**call)  # type: ignore[arg-type]


def test_a_breakdown_inside_the_compiler_is_a_failed_paper_and_the_press_goes_on(press: TypstPress) -> None:
    with pytest.raises(PaperFailed, match="broke down"):
        press.draw(template="certificate", facts=CERTIFICATE.as_dict(), language="ja", dots_per_inch=5)
    assert certificate_text(press, "髙﨑")
