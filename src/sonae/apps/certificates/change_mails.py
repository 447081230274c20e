"""What is written to the member where a paid change could not be recorded. Of what is recorded, ``act_mails`` tells."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.billing.models import Payment
from sonae.apps.certificates.models import ChangeRequest
from sonae.apps.certificates.payer import payer_email
from sonae.apps.documents.mail_signature import signature
from sonae.apps.documents.outbox import write_mail
from sonae.apps.programmes.product_files import product_of
from sonae.domain.money import format_yen


def write_change_refund_mail(*, request: ChangeRequest, payment: Payment, captured_yen: int, now: datetime) -> None:
    """The card was charged, but the change could not be recorded: the money goes back."""
    _write(request, f"refund:{payment.key}", _refunded(request, captured_yen), now=now)


def _write(request: ChangeRequest, key: str, words: tuple[str, str], *, now: datetime) -> None:
    recipient = payer_email(request)
    if not recipient:
        return  # nobody signs in for this member; the desk sees the change and its payment
    subject, body = words
    ending = signature(product_of(request.certificate.scheme_year.product_version), request.language)
    write_mail(
        key=key, recipient=recipient, subject=subject, body=f"{body}\n\n{ending}", language=request.language, now=now
    )


def _refunded(request: ChangeRequest, captured_yen: int) -> tuple[str, str]:
    number, refund = request.certificate.number, format_yen(captured_yen, request.language)
    if request.language == "en":
        return (
            f"We return your card payment ({number})",
            f"Your card was charged {refund}, but the change of certificate {number} could not be recorded.\n"
            f"We return the whole sum to the same card. The day it arrives depends on the card company.\n\n"
            f"Your cover goes on as it was. We will gladly look at it with you; please call us.",
        )
    return (
        f"カードのお支払いを返金します（{number}）",
        f"加入者証番号{number}の変更のお支払い{refund}について、変更の手続きができませんでした。\n"
        f"全額を同じカードへ返金します。返金の日はカード会社によって異なります。\n\n"
        f"補償はこれまでどおり続いています。くわしくはお電話でご説明しますので、ご連絡ください。",
    )
