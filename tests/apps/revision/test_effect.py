"""What a version would mean for whom: the very figures that a rehearsal of the turn with that version gives."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from sonae.apps.programmes.drafts import open_draft
from sonae.apps.programmes.models import ProductDraft, SchemeYear
from sonae.apps.renewal.models import RenewalOffer
from sonae.apps.renewal.use_cases.rehearse_turn import rehearse_turn
from sonae.apps.revision.models import VersionEffect
from sonae.apps.revision.queries import effects_to_work_out, year_to_judge
from sonae.apps.revision.use_cases.ask_effect import NotReadable, ask_effect
from sonae.apps.revision.use_cases.work_out_effect import work_out_effect
from sonae.domain.calendar import JAPAN
from tests.domain.versions import AFTER, files_of
from tests.drafts import DEARER, PREPARES, begin, later_version, save
from tests.renewals import EXPIRING, NEXT, act, enter_members, give_covers

pytestmark = pytest.mark.usefixtures("programme")
BEFORE_THE_TURN = datetime(2026, 9, 17, 10, tzinfo=JAPAN)
OF_A_REHEARSAL = (
    *(
        "expiring",
        "offered",
        "left",
        "referred",
        "cancelled",
        "dearer",
        "cheaper",
        "yen_before",
        "yen_after",
        "reasons",
    ),
    "problems",
)

SUMS = {
    **{name: name for name in ("offered", "left", "referred", "dearer", "cheaper", "same")},
    "before": "yen_before",
    "after": "yen_after",
}


def world() -> None:
    """Every kind: unchanged, dearer, left, referred for two reasons, unreadable, cancelled, with a history, a part year."""
    give_covers(
        enter_members(6), {}, {"industry": "manufacturing", "annual_sales": 40_000_000}, {"industry": "wholesale"}
    )
    give_covers(enter_members(2, told=[("left", date(2026, 6, 1))]))
    give_covers(enter_members(1), {"annual_sales": "many"})
    give_covers(
        enter_members(3),
        {"plan": "P300", "industry": "information", "annual_sales": 12_000_000},
        starts_on=date(2026, 6, 1),
    )
    large, cheaper, ended = give_covers(enter_members(3, email=False))
    act(large, 2, "change", date(2026, 5, 1), {"annual_sales": 100_000_000, "industry": "medical"}).save()
    act(cheaper, 2, "change", date(2026, 5, 1), {"plan": "P300"}).save()
    type(ended).objects.filter(pk=ended.pk).update(cancelled_on=date(2026, 5, 1))


def effect_of(draft: ProductDraft, *, start_on: date = EXPIRING) -> VersionEffect:
    year = SchemeYear.objects.get(start_on=start_on)
    asked = ask_effect(opened=open_draft(draft), year=year, actor=PREPARES, now=BEFORE_THE_TURN)
    return work_out_effect(effect_id=asked.pk, now=BEFORE_THE_TURN)


def test_the_figures_are_those_of_a_rehearsal_with_that_version() -> None:
    world()
    report = effect_of(begin(files_of(AFTER))).report
    rehearsed = rehearse_turn(year_start=NEXT, actor=PREPARES, now=BEFORE_THE_TURN).report
    assert {name: report[name] for name in OF_A_REHEARSAL} == {name: rehearsed.get(name, 0) for name in OF_A_REHEARSAL}
    assert (report["expiring"], report["offered"], report["left"], report["referred"]) == (15, 10, 2, 1)
    assert report["problems"] == {"facts_missing": 1}
    assert report["reasons"] == {"LEFT": 2, "SALES_LIMIT": 1, "MEDICAL": 1}


def test_every_axis_and_the_steps_add_up_to_the_whole() -> None:
    world()
    report = effect_of(begin(later_version(DEARER))).report
    assert sum(report["steps"].values()) == report["offered"]
    for shares in report["axes"].values():
        for name, whole in SUMS.items():
            assert sum(share["counts"].get(name, 0) for share in shares.values()) == report[whole], name
    assert report["dearer"] + report["cheaper"] + report["same"] == report["offered"]


def test_a_factor_that_rises_is_seen_where_it_bites() -> None:
    """卸売業, up to 5 million yen: 64,940 × 1.20 = 77,928 → 77,930 yen; before, the least premium of 64,940 yen."""
    give_covers(enter_members(2), {"industry": "wholesale"})
    report = effect_of(begin(later_version(DEARER))).report
    assert (report["dearer"], report["yen_before"], report["yen_after"]) == (2, 2 * 64_940, 2 * 77_930)
    assert report["steps"] == {"5": 2}  # ＋20.0%: from 20 to less than 25
    (example,) = report["examples"]["dearer"]
    assert example == {
        "plan": "P100", "industry": "wholesale", "member_class": "basic", "sales_from": 0, "before": 64_940, "after": 77_930,
        "reasons": [], "count": 2,
    }  # fmt: skip


def test_who_would_be_outside_is_counted_with_the_reason() -> None:
    lower = ("eligibility.toml", "annual_sales_yen = 100_000_000", "annual_sales_yen = 30_000_001")
    bands = ("rates/sales_band.csv", "30000001,50000000,1.41,assumed\n50000001,99999999,1.57,assumed\n", "")
    give_covers(enter_members(3), {"annual_sales": 40_000_000}, {"annual_sales": 30_000_000})
    report = effect_of(begin(later_version(lower, bands))).report
    assert (report["offered"], report["referred"], report["reasons"]) == (1, 2, {"SALES_LIMIT": 2})
    assert report["axes"]["plan"]["P100"]["reasons"] == {"SALES_LIMIT": 2}
    (example,) = report["examples"]["referred"]
    assert (example["sales_from"], example["reasons"], example["count"]) == (30_000_001, ["SALES_LIMIT"], 2)


def test_nobody_is_named_in_it() -> None:
    world()
    kept = json.dumps(effect_of(begin(later_version(DEARER))).report, ensure_ascii=False)
    for word in ("株式会社みほん", "見本 太郎", "sample.example", '"C'):
        assert word not in kept
    assert "40000000" not in kept  # exact sales either


def test_nothing_is_offered_or_written_to_anybody() -> None:
    world()
    effect_of(begin(later_version()))
    assert not RenewalOffer.objects.exists()
    assert SchemeYear.objects.count() == 2


def test_it_is_queued_once_and_kept_with_the_digest() -> None:
    draft, year = begin(later_version()), SchemeYear.objects.get(start_on=NEXT)
    first, second = (
        ask_effect(opened=open_draft(draft), year=year, actor=PREPARES, now=BEFORE_THE_TURN) for _ in range(2)
    )
    assert first == second
    assert ProcrastinateJob.objects.filter(task_name="sonae.work_out_effect").count() == 1
    assert effects_to_work_out() == [first.pk]
    save(draft, "notes.md", b"# Later\n")
    done = work_out_effect(effect_id=first.pk, now=BEFORE_THE_TURN)
    assert (done.state, done.digest) == ("done", draft.revisions.get(number=1).digest)
    assert effects_to_work_out() == []
    again = work_out_effect(effect_id=first.pk, now=datetime(2026, 9, 18, tzinfo=JAPAN))
    assert again.finished_at == BEFORE_THE_TURN


def test_what_can_not_be_read_is_not_asked_for() -> None:
    draft = begin({"product.toml": b"x = 1\n"})
    with pytest.raises(NotReadable):
        ask_effect(
            opened=open_draft(draft), year=SchemeYear.objects.get(start_on=NEXT), actor=PREPARES, now=BEFORE_THE_TURN
        )


def test_files_with_which_nothing_can_be_worked_out_fail_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise ValueError("the reasons of more than 62 rules do not fit into one integer")

    monkeypatch.setattr("sonae.apps.revision.use_cases.work_out_effect.work_out", stumble)
    failed = effect_of(begin(later_version()))
    assert (failed.state, failed.report) == ("failed", {"problem": "ValueError"})
    assert effects_to_work_out() == []


def test_the_year_is_the_one_that_ends_when_the_version_takes_effect() -> None:
    years = list(SchemeYear.objects.order_by("start_on"))
    for day, start_on in (("2026-12-01", EXPIRING), ("2027-12-01", NEXT), ("2026-12-02", NEXT), ("2031-01-01", NEXT)):
        year = year_to_judge(years, date.fromisoformat(day))
        assert year
        assert year.start_on == start_on
    assert year_to_judge([], date(2027, 12, 1)) is None
