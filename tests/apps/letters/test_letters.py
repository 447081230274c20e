"""Who gets a letter, when, and once; who decides; and what stops it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sonae.apps.audit.models import AuditEntry, SecondLook
from sonae.apps.audit.use_cases.decide_second_look import SamePerson, decide_second_look
from sonae.apps.documents.models import OutboxMessage
from sonae.apps.documents.outbox import send_due_mails
from sonae.apps.letters.models import Letter
from sonae.apps.letters.queries import result_of
from sonae.apps.letters.recipients import count_recipients
from sonae.apps.letters.use_cases import write_letters
from sonae.apps.letters.use_cases.save_letter import ChangedMeanwhile, NotADraft, TextRefused, Written, save_letter
from sonae.apps.letters.use_cases.schedule_letter import NobodyToWriteTo, NothingToStop, stop_letter
from sonae.apps.letters.use_cases.stop_addresses import stop_address
from sonae.apps.letters.use_cases.write_letters import write_due_letters
from tests import cast, clock
from tests.apps.letters.letters import FIRST, agree, ask, write
from tests.web.holdings import give_paid_cover

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(programme: object) -> cast.Cast:
    """青木工務店 (basic) and 宇野会計事務所 (PAP), each with an address; two more members, of which one has none."""
    everybody = cast.call_in()
    cast.enter_member("30000001", "total", "例示製作所", email="seisakusho@example.jp")
    cast.enter_member("30000002", "total", "住所なし商会")
    return everybody


def mails(letter: Letter) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(key__startswith=letter.key).order_by("id"))


def test_the_numbers_before_say_who_gets_it(people: cast.Cast) -> None:
    stop_address(address="SEISAKUSHO@example.jp", why="asked", actor=FIRST, now=clock.now())
    numbers = count_recipients(write(), now=clock.now())
    assert (numbers.members, numbers.without_address, numbers.stopped, numbers.recipients) == (4, 1, 1, 2)
    assert numbers.by_class == {"basic": 1, "pap": 1, "total": 2}


def test_each_member_gets_one_mail_with_its_own_name_and_number(people: cast.Cast) -> None:
    letter = write(body_en="Dear [[member name]],\n\nThis is a notice.")
    assert ask(letter) is None
    assert write_due_letters(now=clock.now()) == 3
    first = mails(letter)[0]
    assert first.subject == "年度のご案内（10000017） / Notice"
    assert first.body.startswith("青木工務店 さま\n\nご案内です。")
    assert "Dear 青木工務店" in first.body
    assert "0120-008588" in first.body
    assert [one.recipient for one in mails(letter)] == [cast.AOKI, cast.UNO, "seisakusho@example.jp"]
    assert write_due_letters(now=clock.now()) == 0
    letter.refresh_from_db()
    assert (letter.state, letter.written) == ("done", 3)


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        ({"classes": ("pap",)}, ["20000031"]),
        ({"classes": ("basic", "pap"), "cover": "unpaid"}, ["20000031"]),
        ({"cover": "paid"}, ["10000017"]),
    ],
)
def test_class_and_cover_choose(people: cast.Cast, chosen: dict[str, object], numbers: list[str]) -> None:
    give_paid_cover(people.member, date(2025, 12, 1))
    letter = write(**chosen)  # type: ignore[arg-type]
    ask(letter)
    write_due_letters(now=clock.now())
    assert [one.subject.partition("（")[2].rstrip("）") for one in mails(letter)] == numbers


def test_who_has_left_gets_none(people: cast.Cast) -> None:
    cast.leave_list(people.member, date(2026, 1, 31))
    letter = write()
    ask(letter)
    write_due_letters(now=clock.now())
    assert cast.AOKI not in {one.recipient for one in mails(letter)}


def test_it_waits_for_its_moment(people: cast.Cast) -> None:
    letter = write()
    ask(letter, at=clock.now() + timedelta(hours=2))
    assert write_due_letters(now=clock.now()) == 0
    assert write_due_letters(now=clock.now() + timedelta(hours=2)) == 3


def test_more_than_a_few_members_take_a_second_person(people: cast.Cast, settings: pytest.FixtureRequest) -> None:
    settings.SONAE_LETTER_ALONE = 2  # type: ignore[attr-defined]
    letter = write()
    look = ask(letter)
    assert look is not None
    assert write_due_letters(now=clock.now()) == 0
    with pytest.raises(SamePerson):
        decide_second_look(look_id=look.pk, agree=True, reason="", actor=FIRST, now=clock.now())
    agree(look)
    assert write_due_letters(now=clock.now()) == 3


def test_what_was_changed_since_it_was_asked_for_is_not_sent(
    people: cast.Cast, settings: pytest.FixtureRequest
) -> None:
    settings.SONAE_LETTER_ALONE = 0  # type: ignore[attr-defined]
    letter = write()
    look = ask(letter)
    assert look is not None
    changed = Written(subject_ja="別の件名", body_ja="別の本文", classes=("basic",))
    save_letter(letter_id=letter.pk, written=changed, seen_revision=1, actor=FIRST, now=clock.now())
    with pytest.raises(ChangedMeanwhile):
        agree(look)
    assert SecondLook.objects.get().state == "waiting"
    assert write_due_letters(now=clock.now()) == 0


def test_a_list_that_grew_much_since_is_looked_at_again(people: cast.Cast) -> None:
    letter = write()
    ask(letter, at=clock.now() + timedelta(days=1))
    for number in range(60):
        cast.enter_member(f"4{number:07d}", "basic", f"例示{number}", email=f"m{number}@example.jp")
    assert write_due_letters(now=clock.now() + timedelta(days=1)) == 0
    letter.refresh_from_db()
    assert (letter.state, letter.stop_reason) == ("stopped", "3 → 63")
    assert AuditEntry.objects.get(action="letter.held").detail == {"agreed": 3, "recipients": 63}


def test_stopped_half_way_no_more_of_it_goes_out(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[object]
) -> None:
    letter = write()
    ask(letter)
    monkeypatch.setattr(write_letters, "reached", lambda point: point == "letters.chunk" and stop(letter))
    assert write_due_letters(now=clock.now(), at_once=2) == 2
    assert result_of(letter).held == 2
    assert send_due_mails(now=clock.now() + timedelta(days=1)) == 0
    assert mailoutbox == []


def stop(letter: Letter) -> None:
    stop_letter(letter_id=letter.pk, reason="誤りがあった", actor=FIRST, now=clock.now())


def test_killed_between_two_chunks_it_goes_on_behind_the_last(
    people: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = write()
    ask(letter)

    def die(point: str) -> None:
        if point == "letters.chunk":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(write_letters, "reached", die)
        with pytest.raises(KeyboardInterrupt):
            write_due_letters(now=clock.now(), at_once=2)
    assert len(mails(letter)) == 2
    assert write_due_letters(now=clock.now(), at_once=2) == 1
    assert len({one.recipient for one in mails(letter)}) == 3


def test_a_text_with_a_place_that_there_is_not_is_refused(people: cast.Cast) -> None:
    with pytest.raises(TextRefused):
        write(body="[[住所]]")
    with pytest.raises(TextRefused):
        write(body="[[満期]]")
    assert write(body="[[満期]]", cover="paid").pk


def test_what_is_over_can_not_be_changed_asked_for_or_stopped(people: cast.Cast) -> None:
    letter = write()
    with pytest.raises(NothingToStop):
        stop(letter)
    ask(letter)
    write_due_letters(now=clock.now())
    with pytest.raises(NotADraft):
        ask(letter)
    with pytest.raises(NotADraft):
        save_letter(
            letter_id=letter.pk, written=Written(subject_ja="x", body_ja="x", classes=("basic",)), seen_revision=1,
            actor=FIRST, now=clock.now(),
        )  # fmt: skip
    with pytest.raises(NothingToStop):
        stop(letter)


def test_nobody_to_write_to_is_said(people: cast.Cast) -> None:
    with pytest.raises(NobodyToWriteTo):
        ask(write(classes=("nobody",)))
