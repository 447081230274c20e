"""The mail that answers a request about personal data. What the desk wrote stands in it; it goes to who asked."""

from __future__ import annotations

from datetime import datetime

from sonae.apps.contact.data_request_models import RegisteredRequest
from sonae.apps.documents.mail_signature import signature
from sonae.apps.documents.outbox import write_mail
from sonae.domain.data_request import Kind, Outcome
from sonae.domain.product.definition import Product
from sonae.domain.text import Text

KINDS = {
    Kind.DISCLOSURE: Text("開示", "disclosure"),
    Kind.CORRECTION: Text("訂正", "correction"),
    Kind.DELETION: Text("削除", "deletion"),
    Kind.STOP_OF_USE: Text("利用停止", "stopping the use"),
}
OUTCOMES = {
    Outcome.GRANTED: Text("ご請求のとおりにいたしました。", "We have done as you asked."),
    Outcome.IN_PART: Text("ご請求の一部に応じました。", "We have done a part of what you asked."),
    Outcome.REFUSED: Text("ご請求には応じられません。", "We can’t do what you asked."),
}


def write_answer_mail(
    *, request: RegisteredRequest, outcome: Outcome, text: str, product: Product, now: datetime
) -> None:
    """Nothing where no address was given: then the desk answers by letter or telephone."""
    if not request.email:
        return
    language, kind, said = request.language, KINDS[Kind(request.kind)], OUTCOMES[outcome]
    added = f"\n\n{text}" if text else ""
    subject = Text(
        f"個人情報の{kind.ja}のご請求へのお返事（受付番号 {request.number}）",
        f"About your request: {kind.en} ({request.number})",
    )
    body = Text(
        f"ご請求（受付番号 {request.number}）にお返事します。\n\n{said.ja}{added}\n\n"
        f"ご不明な点やご不満は、この番号を添えてお知らせください。\n\n{signature(product, 'ja')}",
        f"This is the answer to your request {request.number}.\n\n{said.en}{added}\n\n"
        f"If anything is unclear or you are not content, please tell us with this number.\n\n{signature(product, 'en')}",
    )
    write_mail(
        key=f"data-request-answer:{request.number}", recipient=request.email, subject=subject.in_language(language),
        body=body.in_language(language), language=language, now=now,
    )  # fmt: skip
