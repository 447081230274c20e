"""The background work: each job reads the clock and calls one use-case. The minutely rounds look for everything
due; the daily ones forget what is over and turn the scheme year."""

from __future__ import annotations

from datetime import date

from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app

from sonae.apps.audit.later import later
from sonae.apps.audit.throttle import forget_ended_windows
from sonae.apps.audit.use_cases.seal_entries import seal_entries
from sonae.apps.audit.use_cases.write_days import write_days
from sonae.apps.billing.gateway import card_gateway
from sonae.apps.billing.use_cases.keep_card import forget_ended_cards
from sonae.apps.billing.use_cases.settle_payment import settle_told
from sonae.apps.billing.use_cases.sweep_payments import sweep_payments
from sonae.apps.certificates.use_cases.close_left_changes import close_left_changes
from sonae.apps.documents.outbox import AT_ONCE, send_due_mails
from sonae.apps.letters.use_cases.read_bounces import read_bounces
from sonae.apps.letters.use_cases.write_letters import write_due_letters
from sonae.apps.membership.use_cases.carry_out_free_cover_end import carry_out_free_cover_end
from sonae.apps.membership.use_cases.follow_feed import feeds_to_follow, follow_feed
from sonae.apps.membership.use_cases.forget_feed_files import forget_feed_files
from sonae.apps.membership.use_cases.look_for_feeds import look_for_feeds
from sonae.apps.membership.use_cases.take_further import take_all_further, take_further
from sonae.apps.membership.use_cases.turn_free_covers import turn_free_covers, turns_due
from sonae.apps.people.use_cases.note_sign_in import forget_old_sign_ins
from sonae.apps.renewal.use_cases.make_offers import make_offers
from sonae.apps.renewal.use_cases.rehearse_turn import rehearsals_due, rehearse_turn
from sonae.apps.renewal.use_cases.renew_offers import renew_offers
from sonae.apps.renewal.use_cases.send_notices import send_notices
from sonae.apps.renewal.years import turns_to_offer
from sonae.apps.reporting.months import month_from
from sonae.apps.reporting.use_cases.close_bordereau import close_bordereau
from sonae.apps.reporting.use_cases.count_figures import count_figures
from sonae.apps.reporting.use_cases.keep_answers import keep_answers
from sonae.apps.revision.queries import effects_to_work_out
from sonae.apps.revision.use_cases.work_out_effect import work_out_effect
from sonae.apps.search.use_cases.refresh_search import refresh_search
from sonae.config.clock import now
from sonae.config.kept_plans import with_kept_plans


@app.task(name="sonae.send_mails")
@with_kept_plans
def send_mails() -> int:
    """Send what waits in the outbox; where as many went out as go at once there may be more, for the next job."""
    sent = send_due_mails(now=now())
    if sent == AT_ONCE:
        later("sonae.send_mails")
    return sent


@app.task(name="sonae.settle_payment")
@with_kept_plans
def settle(key: str, kind: str = "") -> str:
    """Settle one payment, because the processor said that something happened to it; ``kind`` is that of its message."""
    return settle_told(key=key, kind=kind, gateway=card_gateway(), now=now()).state


@app.task(name="sonae.check_feed")
def check_feed(feed_id: int) -> str:
    """Read a file of the organiser and say what it would change."""
    return take_further(feed_id=feed_id, now=now()).state


# Rounds of their own: a large file takes a while, and payments don't wait for it.
@app.periodic(cron="* * * * *")
@app.task(name="sonae.feed_round", queueing_lock="sonae.feed_round", lock="sonae.feed_round")
def feed_round(timestamp: int) -> str:
    """Look for files in the watched folder and bucket, and for feeds that nobody has read yet."""
    try:
        return str(look_for_feeds(now=now()))
    finally:  # a store that is away must not keep waiting what has come in
        take_all_further(now=now())


@app.periodic(cron="* * * * *")
@app.task(name="sonae.minutely_round", queueing_lock="sonae.minutely_round")
def minutely_round(timestamp: int) -> str:
    """Look for payments, refunds and mails that are due and not done, whatever became of their own jobs."""
    try:
        return str(sweep_payments(gateway=card_gateway(), now=now()))
    finally:  # a round that fails must not keep the mails waiting, nor the mails the payments
        send_mails()


@app.periodic(cron="* * * * *")
@app.task(name="sonae.seal_round", queueing_lock="sonae.seal_round")
def seal_round(timestamp: int) -> int:
    """Give the newest entries of the audit log their place in its chain."""
    return seal_entries(now=now())


@app.periodic(cron="7 15 * * *")  # 00:07 in Japan
@app.task(name="sonae.audit_day_round", queueing_lock="sonae.audit_day_round")
def audit_day_round(timestamp: int) -> str:
    """Write down what had been sealed when the day ended, and look through the whole log for what no round has seen."""
    seal_entries(now=now(), everything=True)
    return ", ".join(f"{one.day} {one.digest}" for one in write_days(now=now()))


@app.periodic(cron="*/5 * * * *")
@app.task(name="sonae.saved_card_round", queueing_lock="sonae.saved_card_round")
def saved_card_round(timestamp: int) -> int:
    """Let the processor let go of kept cards that were removed or replaced."""
    return forget_ended_cards(gateway=card_gateway(), now=now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="sonae.change_round", queueing_lock="sonae.change_round")
def change_round(timestamp: int) -> int:
    """Close the changes that nobody paid for, so that other acts on their certificates become possible."""
    return close_left_changes(now=now())


@app.task(name="sonae.write_letters")
def write_letters() -> int:
    """Write the mails of letters that are due."""
    return write_due_letters(now=now())


@app.periodic(cron="* * * * *")
@app.task(name="sonae.letter_round", queueing_lock="sonae.letter_round", lock="sonae.letter_round")
def letter_round(timestamp: int) -> int:
    """Letters whose time has come or whose worker was killed, and the reports that came back."""
    return write_letters() + read_bounces(now=now())


@app.task(name="sonae.follow_feed")
def follow_applied_feed(feed_id: int) -> str:
    """Let the free cover follow a feed that was just applied."""
    return str(follow_feed(feed_id=feed_id, now=now()).followed_at)


@app.task(name="sonae.refresh_search")
def refresh_search_now() -> int:
    """Let the members of a feed that was just applied be found by what it said."""
    return refresh_search(now=now())


# A round of its own: after a large file it takes a while. What people do to cover is found by it within a minute.
@app.periodic(cron="* * * * *")
@app.task(name="sonae.search_round", queueing_lock="sonae.search_round")
def search_round(timestamp: int) -> int:
    """Let members be found by whatever was recorded since the last time."""
    return refresh_search(now=now())


@app.task(name="sonae.carry_out_free_cover_end")
def carry_out_end() -> int:
    """Bring certificates and mails into line with the organiser's end of the free cover."""
    return len(carry_out_free_cover_end(now=now()))


@app.task(name="sonae.turn_free_cover")
def turn_free_cover(scheme_year_start: str) -> str:
    """Go through everybody once more for a turn that was parked."""
    return turn_free_covers(scheme_year_start=date.fromisoformat(scheme_year_start), now=now()).state


@app.periodic(cron="*/10 * * * *")
@app.task(name="sonae.free_cover_round", queueing_lock="sonae.free_cover_round")
def free_cover_round(timestamp: int) -> int:
    """Follow feeds and carry out ends whose own jobs were lost, in whatever order they came."""
    feeds = feeds_to_follow()
    for feed_id in feeds:
        follow_feed(feed_id=feed_id, now=now())
    return len(feeds) + len(carry_out_free_cover_end(now=now()))


@app.periodic(cron="41 18 * * *")  # 03:41 in Japan
@app.task(name="sonae.turn_round", queueing_lock="sonae.turn_round")
def turn_round(timestamp: int) -> str:
    """Turn every scheme year whose free certificates are to be there by now. What is done stays as it is."""
    runs = [turn_free_covers(scheme_year_start=start_on, now=now()) for start_on in turns_due(now=now())]
    return ", ".join(f"{run.key} {run.state}" for run in runs)


@app.task(name="sonae.make_offers")
def make_due_offers() -> str:
    """Make the offers of every turn whose time it is. What is done or paused stays as it is."""
    runs = [make_offers(year_start=turn.year.start_on, now=now()) for turn in turns_to_offer(now=now())]
    return ", ".join(f"{run.key} {run.state}" for run in runs)


@app.task(name="sonae.rehearse_turn")
def rehearse(year_start: str, actor: str) -> int:
    """Try a turn out, because somebody at the desk asked for it."""
    return rehearse_turn(year_start=date.fromisoformat(year_start), actor=actor, now=now()).pk


@app.task(name="sonae.work_out_effect")
def work_out_asked_effect(effect_id: int) -> str:
    """Work out what a draft of a product version would mean, because somebody at the desk asked for it."""
    return work_out_effect(effect_id=effect_id, now=now()).state


@app.periodic(cron="*/10 * * * *")
@app.task(name="sonae.effect_round", queueing_lock="sonae.effect_round")
def effect_round(timestamp: int) -> int:
    """Work out the effects whose own jobs were lost."""
    waiting = effects_to_work_out()
    for effect_id in waiting:
        work_out_effect(effect_id=effect_id, now=now())
    return len(waiting)


# Every ten minutes, so that a run whose worker was killed goes on, and an offer that was overtaken is made afresh soon.
@app.periodic(cron="*/10 * * * *")
@app.task(name="sonae.renewal_round", queueing_lock="sonae.renewal_round")
def renewal_round(timestamp: int) -> int:
    """Rehearse, make the offers, make those afresh that were overtaken, and tell whoever has not renewed: each when it is due."""
    for turn in rehearsals_due(now=now()):
        rehearse_turn(year_start=turn.year.start_on, actor="system:renewal", now=now())
    make_due_offers()
    return renew_offers(now=now()) + send_notices(now=now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="sonae.figures_round", queueing_lock="sonae.figures_round", lock="sonae.figures_round")
def figures_round(timestamp: int) -> str:
    """Count what the desk's figures are read from, and work out what a large programme's pages about money show."""
    try:
        return str(count_figures(now=now()).held)
    finally:  # figures that fail must not let the pages about money grow old
        keep_answers(now=now())


@app.periodic(cron="23 18 * * *")  # 03:23 in Japan
@app.task(name="sonae.daily_round", queueing_lock="sonae.daily_round")
def daily_round(timestamp: int) -> int:
    """Forget counted tries, sessions that are over, browsers not seen for long, and the files of feeds of long ago."""
    SessionStore.clear_expired()
    forget_old_sign_ins(now=now())
    forget_feed_files(now=now())
    return forget_ended_windows(now=now())


@app.task(name="sonae.close_month")
def close_month(month: str, actor: str) -> str:
    """Close a long list for the insurer. Whoever asked sees it closed, or still open where that isn't possible."""
    first_day = month_from(month)
    return close_bordereau(month=first_day, actor=actor, now=now()).digest if first_day else ""
