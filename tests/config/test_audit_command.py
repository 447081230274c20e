"""``sonae audit``: what the operator types and reads."""

from __future__ import annotations

import pytest

from sonae.apps.audit.models import AuditDay, AuditLink
from sonae.apps.audit.record import record
from sonae.config import audit_command, jobs
from sonae.config.command_line import main
from sonae.config.starting import USAGE_ERROR
from tests import clock
from tests.apps.audit.test_seal_entries import THIRD, tamper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_the_tests_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (audit_command, jobs):
        monkeypatch.setattr(module, "now", clock.now)
    monkeypatch.setattr(audit_command, "start_django", lambda: None)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["audit", *arguments])
    output = capsys.readouterr()
    return code, output.out + output.err


def act(count: int) -> None:
    for number in range(count):
        record(now=clock.now(), actor="user:1", action="feed.released", object_kind="feed", object_id=number)


def test_sealing_verifying_and_the_digest_of_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    act(4)
    assert said(capsys, "seal") == (0, "4 entries sealed\n")
    newest = AuditLink.objects.get(position=4).digest
    assert said(capsys, "verify") == (
        0, f"4 links and 0 days looked at: intact\nthe newest: position 4  {newest}\n",
    )  # fmt: skip
    code, text = said(capsys, "digest")
    assert (code, text) == (
        USAGE_ERROR, "sonae: no digest was written for any day; it is written after midnight in Japan\n",
    )  # fmt: skip
    with clock.at(clock.later(days=1)):
        code, text = said(capsys, "seal")
        day = AuditDay.objects.get()
        assert text == f"0 entries sealed\n2026-11-24  4 entries, the last at position 4  {day.digest}\n"
        code, text = said(capsys, "digest", "2026-11-24")
        head, groups = text.splitlines()
        assert (code, head) == (0, "2026-11-24  4 entries, the last at position 4")
        assert groups.replace(" ", "") == day.digest
        assert said(capsys, "digest") == (code, text)
        assert said(capsys, "digest", "2026-11-25")[0] == USAGE_ERROR
        code, text = said(capsys, "verify", "--against", groups.upper())
        assert (code, text.splitlines()[-1]) == (0, "the digest that was kept is in this chain")


def test_what_was_tampered_with_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    act(5)
    said(capsys, "seal")
    entry_id = AuditLink.objects.get(position=3).entry_id
    tamper(f"UPDATE audit_auditentry SET actor = 'user:9' WHERE id = {THIRD}")
    code, text = said(capsys, "verify", "--against", "0" * 64)
    assert code == 1
    assert text.splitlines() == [
        "5 links and 0 days looked at: NOT INTACT",
        f"  entry altered: position 3, entry {entry_id:,}",
        f"  digest not in this chain: {'0' * 64}",
    ]


@pytest.mark.parametrize(
    "wrong", [["verify", "--against", "abc"], ["digest", "2026-13-01"], ["digest", "yesterday"], []]
)
def test_what_cannot_be_read_is_refused(capsys: pytest.CaptureFixture[str], wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["audit", *wrong])
    assert refused.value.code == USAGE_ERROR
    assert capsys.readouterr().err


def test_the_rounds_seal_each_minute_and_write_the_day_after_midnight() -> None:
    act(3)
    assert (jobs.seal_round(0), jobs.seal_round(0), jobs.audit_day_round(0)) == (3, 0, "")
    act(1)
    with clock.at(clock.later(hours=15)):
        assert jobs.audit_day_round(0) == f"2026-11-24 {AuditDay.objects.get().digest}"
        assert (
            AuditDay.objects.get().last_position == 3
        )  # what was still to be sealed at midnight belongs to the next day
        assert jobs.audit_day_round(0) == ""
