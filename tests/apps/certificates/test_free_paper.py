"""The paper of a free certificate: made when first asked for, kept as it was, and plain about what it doesn't pay."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from django.test import Client
from pypdf import PdfReader

from sonae.apps.certificates.as_at import as_at
from sonae.apps.certificates.free_paper import NothingCovered, free_certificate_paper
from sonae.apps.certificates.models import Certificate
from sonae.apps.certificates.queries import find_by_code
from sonae.apps.documents.models import Paper, PaperFile
from sonae.apps.documents.papers import pdf_of
from sonae.apps.membership.use_cases.follow_member import follow_member
from sonae.apps.parties.models import MembershipFact
from sonae.apps.programmes.models import Programme
from sonae.domain.calendar import JAPAN
from tests import clock
from tests.cast import Cast, call_in, leave_list
from tests.web.door import enter

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def cast(programme: Programme) -> Cast:
    everybody = call_in()
    follow_member(member_id=everybody.member.pk, reason="test", now=clock.now())
    return everybody


def next_year(cast: Cast) -> Certificate:
    return Certificate.objects.select_related("member", "scheme_year__product_version").get(
        member=cast.member, starts_on=date(2026, 12, 1)
    )


def paper_of(certificate: Certificate, language: str = "ja") -> Paper:
    return free_certificate_paper(certificate=certificate, language=language, now=clock.now())


def printed(paper: Paper) -> str:
    reader = PdfReader(io.BytesIO(pdf_of(paper=paper, now=clock.now())))
    return "".join("".join(page.extract_text() for page in reader.pages).split())


def test_no_paper_is_made_before_somebody_asks(cast: Cast) -> None:
    assert Certificate.objects.filter(section="free").count() == 2
    assert not Paper.objects.exists()


def test_it_says_who_is_covered_for_what_and_what_is_not_paid(cast: Cast) -> None:
    certificate = next_year(cast)
    text = printed(paper_of(certificate))
    for said in (
        "青木工務店", "10000017", "あんしん保守サポートベーシックプラン", certificate.number, "50万円",
        "法律上の損害賠償金、争訟費用", "2026年12月1日", "2027年12月1日", "かかりません",
        "この補償では支払われないもの", "サイバー攻撃対応費用", "緊急ホットライン",
    ):  # fmt: skip
        assert said in text, said
    english = printed(paper_of(certificate, "en"))
    for said in ("Whatthiscoverdoesnotpay", "¥500,000", "Emergencyhotline", "Damagesowedbylaw,Disputecosts"):
        assert said in english, said


def test_its_code_leads_to_the_page_that_checks_it(cast: Cast) -> None:
    certificate = next_year(cast)
    facts = paper_of(certificate).facts
    assert facts["verification_url"].endswith(f"/verify/{certificate.verification_code}/")
    found = find_by_code(code=facts["verification_code"])
    assert found == certificate
    assert find_by_code(code=facts["verification_code"].lower()) == certificate
    state = as_at(certificate, on=date(2027, 1, 1), known=clock.now())
    assert (state.in_force, state.plan, state.liability_limit, state.cost_limit) == (True, None, 500_000, 0)


def test_it_is_made_once_and_anew_after_an_act_on_the_certificate(cast: Cast) -> None:
    first = paper_of(next_year(cast))
    assert paper_of(next_year(cast)) == first
    pdf_of(paper=first, now=clock.now())
    MembershipFact.objects.create(
        member=cast.member, kind="changed", effective_date=date(2026, 12, 1), recorded_at=clock.now(), member_class="total",
        name="青木建設", source="test",
    )  # fmt: skip
    follow_member(member_id=cast.member.pk, reason="test", now=clock.now())
    second = paper_of(next_year(cast))
    assert second != first
    assert (second.facts["insured_name"], first.facts["insured_name"]) == ("青木建設", "青木工務店")
    assert second.facts["member_class_name"]["en"] == "Anshin maintenance support (Total Plan)"
    assert PaperFile.objects.count() == 1


def test_a_cancelled_one_says_that_it_ends_early_and_one_that_never_began_has_no_paper(cast: Cast) -> None:
    leave_list(cast.member, date(2026, 11, 10))
    follow_member(member_id=cast.member.pk, reason="test", now=clock.now())
    with pytest.raises(NothingCovered):
        paper_of(next_year(cast))
    leave_list(cast.member, date(2026, 10, 10))
    follow_member(member_id=cast.member.pk, reason="test", now=clock.now())
    ended = Certificate.objects.select_related("member", "scheme_year__product_version").get(
        cancelled_on=date(2026, 11, 1)
    )
    text = printed(paper_of(ended))
    assert "2026年11月1日" in text
    assert "年度の途中で終わります" in text
    assert not Certificate.objects.filter(member=cast.member, section="free", cover__endswith__gte=TODAY).exists()


def test_the_members_people_get_it_and_nobody_else(cast: Cast, client: Client) -> None:
    number = next_year(cast).number
    client.force_login(cast.owner)
    answer = client.get(f"/portal/free-cover/{number}/")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/pdf", "no-store")
    assert answer.content.startswith(b"%PDF")
    english = client.get(f"/en/portal/free-cover/{number}/")
    assert english.status_code == 200
    assert set(Paper.objects.values_list("language", flat=True)) == {"ja", "en"}
    for person in cast.everybody_else():
        if person == cast.colleague:
            continue
        enter(client, person)
        assert client.get(f"/portal/free-cover/{number}/").status_code == 404
    client.logout()
    assert client.get(f"/portal/free-cover/{number}/").status_code == 302


def test_the_page_behind_the_code_says_in_force_and_nothing_personal(cast: Cast, client: Client) -> None:
    certificate = next_year(cast)
    with clock.at(datetime(2027, 4, 1, 9, tzinfo=JAPAN)):
        html = client.get(f"/verify/{certificate.verification_code}/").content.decode()
        english = client.get(f"/en/verify/{certificate.verification_code}/").content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    assert "この日の補償は、有効です" in main
    for said in ("無料補償", "50万円", "対象ではありません"):
        assert said in main
    for said in ("Yes, in force on this day", "Free cover", "Not covered"):
        assert said in english
    for private in ("青木", "10000017", "ベーシック", certificate.number):
        assert private not in main


def test_the_page_says_when_it_ends_where_it_was_cancelled(cast: Cast, client: Client) -> None:
    certificate = next_year(cast)
    leave_list(cast.member, date(2027, 1, 10))
    follow_member(member_id=cast.member.pk, reason="test", now=clock.now())
    address = f"/verify/{certificate.verification_code}/"
    last = client.get(address, {"year": "2027", "month": "2", "day": "1"}).content.decode()
    assert "補償が終わる日です" in last
    after = client.get(address, {"year": "2027", "month": "2", "day": "2"}).content.decode()
    assert "この日の補償は、ありません" in after
