"""Each figure is the number of rows, or the sum, of the list behind it; and premium ties with the books to the yen."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db.models import Sum

from sonae.apps.certificates.mapping import acts_of
from sonae.apps.certificates.models import Certificate, Transaction
from sonae.apps.contact.window import days_open
from sonae.apps.enrolment.models import Application, StepAnswers
from sonae.apps.programmes.product_files import product_of
from sonae.apps.programmes.queries import current_product, published_versions
from sonae.apps.reporting.earned_premium import month_in_the_books
from sonae.apps.reporting.figures import counting, premium_months
from sonae.apps.reporting.figures.asked import Asked, OpenDays
from sonae.apps.reporting.figures.control_totals import cover_differences, month_differences
from sonae.apps.reporting.figures.counting import REACHED, Counted, counted_by, every_row, total_of
from sonae.apps.reporting.figures.topics import KEPT_GROUPS, TOPICS, Figure, Topic
from sonae.apps.reporting.models import CountedCover, EarnedLine, FiguresMonth, FiguresRound, KeptCount
from sonae.apps.reporting.payout_items import list_payout_items, open_items
from sonae.apps.reporting.use_cases.count_figures import count_figures
from sonae.apps.reporting.use_cases.take_payout_file import take_payout_file
from sonae.domain.bordereau import month_end, month_start
from sonae.domain.calendar import JAPAN
from sonae.domain.certificate.log import Kind
from sonae.domain.earning import NOTHING, Movement, standing_at
from sonae.domain.period import Term, add_months
from tests import cast, clock
from tests.apps.certificates.covers import ask, wish
from tests.figures_world import NOW, YEAR, apply, consult, fill, sell
from tests.web.money_on_file import payout

pytestmark = pytest.mark.django_db
MARCH = date(2027, 3, 1)
A_FIGURE = [(topic, figure) for topic in TOPICS.values() for figure in topic.figures]


def asked_for(**chosen: str) -> Asked:
    """October 2026 to December 2027, with the window's hours."""
    since, until = date(2026, 10, 1), date(2028, 1, 1)
    product = current_product(YEAR, published_versions())
    assert product is not None
    window = OpenDays(days_open(product.contact, since, until), product.contact.opens_hour, product.contact.closes_hour)
    return Asked(since, until, date(2027, 4, 10), date(2027, 4, 10), chosen, window)


def behind(figure: Figure, asked: Asked) -> Counted:
    rows = list(every_row(figure, asked))
    assert [row.key for row in rows] == sorted({row.key for row in rows}, reverse=True), (
        "a row came twice, or out of order"
    )
    return Counted(len(rows), sum(row.yen for row in rows))


@pytest.fixture(params=range(3))
def world(programme: object, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "AT_ONCE", 3)  # so that lists go over several pages
    cast.enter_staff("operator", "clerk")  # whose organisation stands in the words of mails
    with clock.at(NOW):
        fill(request.param)
        take_payout_file(content=payout(), file_name="payout.csv", actor="command:root", now=NOW)
        count_figures(now=NOW)


def test_each_figure_is_the_list_behind_it_whole_and_by_every_part(world: None) -> None:
    found = 0
    for topic, figure in A_FIGURE:
        whole = total_of(counted_by(figure, asked_for(), "all"))
        assert behind(figure, asked_for()) == whole, figure.code
        found += bool(whole.count)
        for group in set(topic.groups) & (KEPT_GROUPS.keys() if figure.kept else set(topic.groups)):
            parts = counted_by(figure, asked_for(), group)
            assert total_of(parts) == whole, (figure.code, group)
            for value, counted in parts.items():
                narrowed = asked_for(**{group: value})
                assert behind(figure, narrowed) == counted, (figure.code, group, value)
                assert total_of(counted_by(figure, narrowed, "all")) == counted
    assert found > len(A_FIGURE) - 4, "most figures have something to count"


def test_who_came_to_a_step_came_to_every_earlier_one(world: None) -> None:
    started = TOPICS["applications"].figures[0]
    by_step = counted_by(started, asked_for(), "step")
    for step in map(str, range(9)):
        came = total_of({one: counted for one, counted in by_step.items() if one >= step})
        assert behind(started, asked_for(**{REACHED: step})) == came


def test_every_month_that_is_over_ties_with_the_books_and_with_each_certificate(world: None) -> None:
    months = list(FiguresMonth.objects.order_by("month"))
    assert [one.month for one in months][-1] == MARCH
    assert not list(month_differences())
    for kept in months:
        years = month_in_the_books(kept.month)
        assert kept.written_yen == sum(one.movement.written for one in years)
        assert kept.earned_yen == sum(one.movement.earned for one in years)
        lines = {
            line.certificate_id: (line.written_yen, line.earned_yen)
            for line in EarnedLine.objects.filter(month=kept.month)
        }
        for certificate in Certificate.objects.filter(section="paid"):
            moved = movement_of(certificate, kept.month)
            assert lines.get(certificate.pk, (0, 0)) == (moved.written, moved.earned), (certificate, kept.month)
    asked = replace(asked_for(), since=months[0].month, until=add_months(MARCH, 1))
    for figure, name in zip(TOPICS["premium"].figures, ("written_yen", "earned_yen"), strict=True):
        books = sum(getattr(one, name) for one in months)
        for group in ("month", "plan", "class", "industry"):
            assert total_of(counted_by(figure, asked, group)).yen == books


def movement_of(certificate: Certificate, month: date) -> Movement:
    """From its log alone, by the domain's rule."""
    year = certificate.scheme_year
    product, term = product_of(year.product_version), Term(certificate.starts_on, year.expiry_on)
    acts, moment = acts_of(certificate.transactions.all()), timedelta(microseconds=1)
    before = (
        standing_at(product, acts, term, add_months(month, -1), known=month_start(month) - moment) if acts else NOTHING
    )
    return Movement(before, standing_at(product, acts, term, month, known=month_end(month) - moment))


def test_what_is_in_force_is_what_the_certificates_say(world: None) -> None:
    for day in (YEAR, date(2027, 1, 31), date(2027, 3, 1), date(2027, 11, 30), date(2027, 12, 1)):
        counted = total_of(counted_by(TOPICS["certificates"].figures[1], replace(asked_for(), on=day), "plan")).count
        assert counted == Certificate.objects.filter(section="paid", cover__contains=day).count()


class TestOneCertificate:
    """P300 for manufacturing, sold on 24 November 2026 to a member of the basic class."""

    @pytest.fixture
    def certificate(self, programme: object) -> Certificate:
        cast.enter_staff("operator", "clerk")
        member = cast.enter_member("80000001", "basic", "例示製作所")
        return sell(member, clock.MORNING, plan="P300", industry="manufacturing")

    def count(self, day: str = "2026-12-02") -> FiguresRound:
        return count_figures(now=datetime.fromisoformat(f"{day}T10:00:00+09:00"))

    def test_it_counts_under_its_plan_class_and_industry(self, certificate: Certificate) -> None:
        self.count()
        issued, in_force, cancelled = TOPICS["certificates"].figures
        total = certificate.transactions.get().total_premium_after
        for group, value in (("plan", "P300"), ("class", "basic"), ("industry", "manufacturing"), ("month", "2026-11")):
            assert counted_by(issued, asked_for(), group) == {value: Counted(1, total)}
        assert total_of(counted_by(in_force, asked_for(), "plan")).count == 1
        assert counted_by(cancelled, asked_for(), "plan") == {}

    def test_a_change_is_counted_at_the_next_round_and_past_months_stay(self, certificate: Certificate) -> None:
        self.count("2027-02-02")
        before = list(EarnedLine.objects.order_by("id").values())
        with clock.at(datetime(2027, 3, 10, 10, tzinfo=JAPAN)):
            ask(certificate, wish(Kind.CHANGE, MARCH, plan="P100"))
            ask(certificate, wish(Kind.CANCELLATION, date(2027, 5, 10)))
        assert CountedCover.objects.get().plan_code == "P300"
        self.count("2027-04-02")
        cover = CountedCover.objects.get()
        assert (cover.plan_code, cover.ends_on, cover.cancelled_on) == ("P100", date(2027, 6, 1), date(2027, 6, 1))
        assert cover.total_premium_yen == Transaction.objects.aggregate(yen=Sum("premium_difference"))["yen"]
        assert list(EarnedLine.objects.order_by("id").values())[: len(before)] == before
        march = EarnedLine.objects.get(month=MARCH)
        assert (march.plan_code, march.written_yen < 0) == ("P100", True)

    def test_counting_again_changes_nothing(self, certificate: Certificate) -> None:
        rows = []
        for _ in range(2):
            self.count()
            rows.append(
                [list(table.objects.order_by("pk").values()) for table in (CountedCover, EarnedLine, FiguresMonth)]
            )
        assert rows[0] == rows[1]

    def test_a_month_is_kept_an_hour_after_its_end(self, certificate: Certificate) -> None:
        count_figures(now=month_end(date(2026, 11, 1)) + timedelta(minutes=59))
        assert not FiguresMonth.objects.exists()
        count_figures(now=month_end(date(2026, 11, 1)) + timedelta(minutes=60))
        assert FiguresMonth.objects.get().month == date(2026, 11, 1)

    def test_what_does_not_come_out_is_held_and_the_last_good_figures_stay(self, certificate: Certificate) -> None:
        good = self.count()
        CountedCover.objects.update(total_premium_yen=1)
        held = self.count("2026-12-03")
        assert (held.counted_at, held.held_at) == (good.counted_at, datetime(2026, 12, 3, 10, tzinfo=JAPAN))
        total = certificate.transactions.get().total_premium_after
        assert held.held == {"differences": [{"what": "premium_yen", "counted": 1, "source": total}]}
        CountedCover.objects.all().delete()
        assert self.count("2026-12-04").held_at is None

    def test_a_month_whose_lines_differ_from_the_books_is_not_kept(
        self, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(premium_months, "books_of", lambda month: (1, 0))
        held = self.count().held["differences"]
        total = certificate.transactions.get().total_premium_after
        assert held == [{"what": "2026-11 written", "counted": total, "source": 1}]
        assert not FiguresMonth.objects.exists()
        assert not EarnedLine.objects.exists()
        assert CountedCover.objects.exists()

    def test_a_certificate_that_is_left_out_is_found(self, certificate: Certificate) -> None:
        sell(cast.enter_member("80000002", "pap", "例示会計"), clock.MORNING)
        self.count()
        CountedCover.objects.filter(certificate=certificate).delete()
        assert [one.what for one in cover_differences()] == ["left_out"]


def test_members_and_free_covers_are_counted_again_only_where_something_changed(programme: object) -> None:
    cast.call_in()
    free = KeptCount.objects.filter(figure__in=[one.code for one in TOPICS["free-cover"].figures])
    count_figures(now=clock.now())
    first = set(free.values_list("id", flat=True))
    count_figures(now=clock.later(minutes=10))
    assert first
    assert set(free.values_list("id", flat=True)) == first
    cast.enter_member("80000003", "pap", "例示会計")
    count_figures(now=clock.later(minutes=20))
    assert not set(free.values_list("id", flat=True)) & first
    assert KeptCount.objects.get(figure="members", member_class="pap").row_count == 2


def test_an_application_that_goes_on_is_counted_afresh_at_the_next_round(programme: object) -> None:
    people = cast.call_in()
    apply(people.member, people.owner, random.Random(1), begun=clock.now(), place=1)  # noqa: S311  # the same one every time
    application = Application.objects.get()
    Application.objects.update(state="draft")
    StepAnswers.objects.all().delete()
    started, living, closed, _ = TOPICS["applications"].figures
    count_figures(now=clock.now())
    assert counted_by(started, asked_for(), "step") == {"0": Counted(1, application.term_premium or 0)}
    StepAnswers.objects.create(application=application, step="plan", answers={}, revision=1, saved_at=clock.now())
    Application.objects.update(state="closed")
    assert total_of(counted_by(living, asked_for(), "all")).count == 1
    count_figures(now=clock.later(minutes=10))
    assert list(counted_by(started, asked_for(), "step")) == ["2"]
    assert [total_of(counted_by(one, asked_for(), "all")).count for one in (living, closed)] == [0, 1]


def test_what_of_payouts_is_open_is_counted_with_the_round(programme: object) -> None:
    cast.enter_staff("operator", "clerk")
    assert count_figures(now=clock.now()).seen["open_payouts"] == {"count": 0, "yen": 0}
    take_payout_file(content=payout(), file_name="payout.csv", actor="command:root", now=clock.now())
    items = open_items(list_payout_items(now=clock.later(minutes=10)))
    counted = count_figures(now=clock.later(minutes=10)).seen["open_payouts"]
    assert counted == {"count": len(items), "yen": sum(abs(one.comparison.difference_yen) for one in items)}
    assert counted["count"] > 0


def test_a_consultation_counts_in_japans_hour_and_within_the_windows_days(programme: object) -> None:
    consult(datetime(2026, 11, 24, 10, tzinfo=JAPAN), "question", place=1)  # a Tuesday
    consult(datetime(2026, 11, 23, 10, tzinfo=JAPAN), "question", place=2)  # 勤労感謝の日
    consult(datetime(2026, 11, 24, 23, 30, tzinfo=JAPAN), "callback", place=3)
    received, within, *_ = TOPICS["consultations"].figures
    assert {hour: one.count for hour, one in counted_by(received, asked_for(), "hour").items()} == {"10": 2, "23": 1}
    assert {day: one.count for day, one in counted_by(received, asked_for(), "weekday").items()} == {"1": 1, "2": 2}
    assert total_of(counted_by(within, asked_for(), "all")).count == 1


@pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)
def test_a_page_asks_only_for_groups_that_its_kept_figures_have(topic: Topic) -> None:
    if any(figure.kept for figure in topic.figures):
        assert {*topic.groups, *topic.filters} <= KEPT_GROUPS.keys()
