"""What somebody agrees to who lets a card be kept: the words, and that they were agreed to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sonae.apps.billing.models import CardConsent
from sonae.apps.parties.models import Member, User
from sonae.domain.text import Text

CONSENT = Text(
    "このカードを、更新や変更のお支払いのために保存することに同意します。カードの情報は決済会社が保管し、カード番号がこのサイトに入る"
    "ことはありません。保存したカードでのお支払いは、事前に金額をお知らせし、ご確認いただいてから行います。保存したカードは、"
    "「お支払い」のページでいつでも削除できます。",
    "I agree that this card is kept for paying renewals and changes. The card processor keeps it; its number never reaches this "
    "site. It is charged only after you were told the sum and confirmed it. You can remove the card at any time on the page "
    "“Payments”.",
)


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """Somebody ticked the box beside ``CONSENT`` in that language and pressed on."""

    user: User
    language: str

    def write_down(self, *, member: Member, now: datetime) -> CardConsent:
        """With the payment that it belongs to, in one transaction."""
        text = CONSENT.in_language(self.language)
        return CardConsent.objects.create(
            member=member,
            user=self.user,
            text=text,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            language=self.language,
            given_at=now,
        )
