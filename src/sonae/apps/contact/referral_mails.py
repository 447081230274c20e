"""The mails about a referral: to the agency, that something waits, and to the person, that what was passed is deleted.

The agency's mails carry a number and an address, and nothing of the person: what was passed is read at the desk or by the API.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from django.conf import settings

from sonae.apps.contact.models import Consent, Consultation
from sonae.apps.documents.mail_signature import signature
from sonae.apps.documents.outbox import write_mail
from sonae.apps.programmes.product_files import product_of
from sonae.domain.calendar import JAPAN

PERMISSION = "referrals"


def write_passed_mail(*, number: str, to: str, now: datetime) -> None:
    """A referral was passed to the agency."""
    _to_agency(
        "referral-passed", number, to, subject=f"お取り次ぎが1件あります（受付番号 {number}）",
        said="お取り次ぎが1件あります。お渡しした内容は、次のページで見られます。", now=now,
    )  # fmt: skip


def write_to_delete_mail(*, number: str, to: str, now: datetime) -> None:
    """The consent to a referral that the agency has was withdrawn."""
    _to_agency(
        "referral-to-delete", number, to, subject=f"同意が取り消されました。使用の中止と削除のお願い（受付番号 {number}）",
        said="ご本人が同意を取り消しました。お渡しした内容を使うのをやめ、削除して、次のページで削除の完了を知らせてください。",
        now=now,
    )  # fmt: skip


def write_deleted_mail(*, consultation: Consultation, consent: Consent, now: datetime) -> None:
    """Tell the person that the agency has deleted what it had. Nobody to tell where no address was given."""
    if not consultation.email:
        return
    number, name, product = consultation.number, consent.recipient_name, product_of(consultation.product_version)
    if consultation.language == "en":
        subject = f"What was passed on is deleted ({number})"
        body = f"{name} has told us that it has deleted what we had passed to it about request {number}."
    else:
        subject = f"お渡しした内容が削除されました（受付番号 {number}）"
        body = f"受付番号{number}についてお渡しした内容を削除したと、{name}から知らせがありました。"
    write_mail(
        key=f"referral-deleted:{number}", recipient=consultation.email, subject=subject,
        body=f"{body}\n\n{signature(product, consultation.language)}", language=consultation.language, now=now,
    )  # fmt: skip


def _to_agency(kind: str, number: str, to: str, *, subject: str, said: str, now: datetime) -> None:
    """Nothing where the agency has named no address: then it looks by itself."""
    if not to:
        return
    address = f"{settings.SONAE_SITE_ADDRESS}/desk/referrals/{number}/"
    moment = now.astimezone(JAPAN).isoformat(timespec="seconds")
    body = f"{said}\n\n受付番号：{number}\n日時：{moment}\n{address}\n{_sealed(kind, number, moment, address)}"
    write_mail(key=f"{kind}:{number}", recipient=to, subject=subject, body=body, language="ja", now=now)


def _sealed(*facts: str) -> str:
    """A line by which the agency's system knows that we wrote the facts above; none without a key that we share with it."""
    shared = [(key_id, key) for key_id, key in settings.SONAE_FEED_KEYS.items() if PERMISSION in key.permissions]
    if not shared:
        return ""
    key_id, key = shared[-1]  # the newest, as new lines are added below
    return f"\n署名（hmac-sha256、鍵 {key_id}）：{seal(key.secret, *facts)}\n"


def seal(secret: str, *facts: str) -> str:
    """HMAC-SHA-256 in hex over the facts – kind, number, moment, address – one a line."""
    return hmac.new(secret.encode(), "\n".join(facts).encode(), hashlib.sha256).hexdigest()
