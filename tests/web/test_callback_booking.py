"""A visitor books a call on the public form, moves it and cancels it; whoever comes too late for a place loses nothing typed."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from sonae.apps.contact.models import CallbackBooking, Consultation
from sonae.apps.documents.models import OutboxMessage
from sonae.web.site import consultation as view
from tests import clock
from tests.apps.contact.desk import standing
from tests.domain.versions import product
from tests.web.contact_window import CALLBACK, QUESTION, Asker
from tests.web.page_forms import forms_of

pytestmark = pytest.mark.django_db
AFTERNOON, MORNING = "2026-11-25T14:00", "2026-11-26T09:00"


def book(code: str = AFTERNOON, prefix: str = "", **changed: str) -> tuple[Asker, Any]:
    asker = Asker(prefix=prefix)
    return asker, asker.ask(**CALLBACK | {"preferred_time": code} | changed)


def page() -> str:
    return f"/consultation/{Consultation.objects.latest('id').token}/"


def offered(address: str = "/consultation/") -> list[str]:
    return re.findall(r'<option value="(2026-[^"]+)"', Client().get(address).content.decode())


def move(code: str, **more: str) -> Any:
    address = f"{page()}call-back/"
    browser = Client()
    form = next(one for one in forms_of(browser, address) if "preferred_time" in one.controls)
    return form.send(browser, preferred_time=code, **more)


def test_half_hours_are_offered_day_by_day_within_hours_and_holidays(programme: object) -> None:
    html = unescape(Client().get("/consultation/").content.decode())
    assert '<optgroup label="11月24日（火）">' in html
    assert '<option value="2026-11-24T11:00">11:00〜11:30</option>' in html
    codes = offered()
    assert (codes[0], codes[-1]) == ("2026-11-24T11:00", "2026-12-07T16:30")
    assert not [code for code in codes if code.startswith(("2026-11-28", "2026-11-29", "2026-12-05"))]
    assert '<optgroup label="Tuesday 24 November">' in Client().get("/en/consultation/").content.decode()


@pytest.mark.parametrize(
    ("prefix", "said"), [("", "11月25日（水） 14:00〜14:30"), ("/en", "Wednesday 25 November, 14:00–14:30 JST")]
)
def test_a_booked_call_is_on_its_page_and_in_the_mail(programme: object, prefix: str, said: str) -> None:
    asker, answer = book(prefix=prefix)
    html = unescape(asker.page_of(answer))
    assert said in html
    assert f"{prefix}{page()}call-back/" in html
    found = Consultation.objects.get()
    assert (found.preferred_time, CallbackBooking.objects.get().place) == ("", 1)
    assert said in OutboxMessage.objects.get().body


def test_who_leaves_the_time_open_is_called_as_before_and_can_book_later(programme: object) -> None:
    asker, answer = book("afternoon")
    html = asker.page_of(answer)
    assert "ご希望の時間帯にお電話する予定です" in html
    assert not CallbackBooking.objects.exists()
    assert move(AFTERNOON).status_code == 302
    assert standing(Consultation.objects.get()).slot_begins_at == CallbackBooking.objects.get().begins_at


def test_a_question_by_mail_books_nothing_whatever_time_was_chosen(programme: object) -> None:
    assert Asker().ask(**QUESTION | {"preferred_time": AFTERNOON}).status_code == 302
    assert not CallbackBooking.objects.exists()
    assert Consultation.objects.get().preferred_time == "any"
    assert Client().get(f"{page()}call-back/").status_code == 404


def test_a_full_half_hour_is_not_offered_and_who_had_it_on_the_screen_is_told(programme: object) -> None:
    late = Asker()
    form = late.form("/consultation/")
    for number in range(2):
        book(email=f"a{number}@sample.example")
    assert AFTERNOON not in offered()
    answer = form.send(
        late.browser, **CALLBACK | {"preferred_time": AFTERNOON, "firm": "青木工務店", "message": "長い相談"}
    )
    html = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "この時間は、いま埋まったか、過ぎました。" in html
    assert 'id="id_preferred_time_error"' in html
    assert 'value="青木工務店"' in html
    assert "長い相談" in html
    assert Consultation.objects.count() == 2
    assert form.send(late.browser, **CALLBACK | {"preferred_time": MORNING}).status_code == 302


def test_who_is_beaten_between_looking_and_booking_keeps_what_was_typed(
    programme: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one books after this one's page has been checked: the place decides, in the database."""
    plain = view.receive_consultation

    def beaten(**given: Any) -> Any:
        monkeypatch.setattr(view, "receive_consultation", plain)
        for number in range(2):
            book(email=f"quick{number}@sample.example")
        return plain(**given)

    asker = Asker()
    form = asker.form("/consultation/")
    monkeypatch.setattr(view, "receive_consultation", beaten)
    answer = form.send(asker.browser, **CALLBACK | {"preferred_time": AFTERNOON, "firm": "青木工務店"})
    html = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "この時間は、いま埋まったか、過ぎました。" in html
    assert 'value="青木工務店"' in html
    assert f'value="{AFTERNOON}"' not in html
    assert Consultation.objects.count() == 2
    assert OutboxMessage.objects.count() == 2


@pytest.mark.parametrize(
    "code", ["2026-11-28T10:00", "2026-11-25T14:10", "2026-11-24T10:30", "2027-06-01T10:00", "x" * 16]
)
def test_a_half_hour_that_was_never_on_offer_is_refused(programme: object, code: str) -> None:
    assert book(code)[1].status_code == 422
    assert not Consultation.objects.exists()


def test_sending_the_form_twice_books_one_place(programme: object) -> None:
    asker = Asker()
    form = asker.form("/consultation/")
    for _ in range(2):
        assert form.send(asker.browser, **CALLBACK | {"preferred_time": AFTERNOON}).status_code == 302
    assert CallbackBooking.objects.count() == 1


def test_the_call_is_moved_and_cancelled_on_its_page(programme: object) -> None:
    book()
    assert "いまの予約は 11月25日（水） 14:00〜14:30 です" in re.sub(
        "<[^>]+>", "", Client().get(f"{page()}call-back/").content.decode()
    )
    assert move(MORNING).status_code == 302
    assert "11月26日（木） 09:00〜09:30" in Client().get(page()).content.decode()
    assert AFTERNOON in offered()
    assert move("", action="cancel").status_code == 302
    html = Client().get(page()).content.decode()
    assert "お電話の時間を予約する" in html
    assert CallbackBooking.objects.filter(ended_at=None).count() == 0
    subjects = list(OutboxMessage.objects.order_by("id").values_list("subject", flat=True))
    assert ["変更しました" in subjects[1], "取り消しました" in subjects[2], len(subjects)] == [True, True, 3]


def test_cancelling_twice_says_that_there_is_nothing_left(programme: object) -> None:
    book()
    browser, address = Client(), f"{page()}call-back/"
    for said in ("お電話の予約を取り消しました", "取り消す予約はありません"):
        answer = browser.post(address, {"action": "cancel", "form_key": "k" * 32}, follow=True)
        assert said in answer.content.decode()
    assert OutboxMessage.objects.filter(key__startswith="callback:").count() == 1


def test_moving_to_a_half_hour_that_has_gone_keeps_the_old_one(programme: object) -> None:
    for number in range(2):
        book(email=f"a{number}@sample.example")
    book(MORNING)
    answer = Client().post(f"{page()}call-back/", {"preferred_time": AFTERNOON, "form_key": "k" * 32})
    assert answer.status_code == 422
    assert "いま埋まったか" in answer.content.decode()
    assert standing(Consultation.objects.latest("id")).slot_begins_at is not None


def test_moving_again_and_again_is_stopped(programme: object) -> None:
    book()
    codes = offered()[:12]
    answers = [
        Client().post(f"{page()}call-back/", {"preferred_time": code, "form_key": f"{n:032d}"}).status_code
        for n, code in enumerate(codes)
    ]
    assert answers == [302] * 10 + [429] * 2


def test_after_its_half_hour_the_page_offers_another(programme: object) -> None:
    book()
    with clock.at(clock.later(days=2)):
        html = Client().get(page()).content.decode()
        assert "別の時間を予約する" in html
        assert "お電話の予約を取り消す" not in Client().get(f"{page()}call-back/").content.decode()


def test_the_page_of_the_call_is_kept_and_found_nowhere(programme: object) -> None:
    book()
    answer = Client().get(f"{page()}call-back/")
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    for wrong in ("A" * 43, "%00", "x" * 500):
        assert Client().get(f"/consultation/{wrong}/call-back/").status_code == 404
    assert Client(enforce_csrf_checks=True).post(f"{page()}call-back/", {"action": "cancel"}).status_code == 403


def test_a_day_is_offered_until_an_hour_before(programme: object) -> None:
    with clock.at(clock.now() + timedelta(hours=5, minutes=31)):
        assert offered()[0] == "2026-11-25T09:00"
    assert product().desk.callbacks.notice_minutes == 60
