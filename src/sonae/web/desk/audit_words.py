"""What the entries of the audit log say was done, in words. A test looks through the code for an act without any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.conf import settings

from sonae.domain.audit_kinds import KINDS
from sonae.domain.text import Text
from sonae.web.desk.audit_words_desk import DESK_ACTIONS
from sonae.web.desk.audit_words_incidents import INCIDENT_ACTIONS

# By topics, in the order in which the search offers them.
ACTIONS: Mapping[Text, Mapping[str, Text]] = {
    Text("見た・受け取った", "Looked and taken"): {
        "member.seen": Text("会員のページを見た", "looked at a member"),
        "certificate.seen": Text("加入者証のページを見た", "looked at a certificate"),
        "members.searched": Text("会員をさがした", "searched for members"),
        "paper.opened": Text("書類を開いた", "opened a paper"),
        "feed.seen": Text("会員データの中身を見た", "looked into a member file"),
        "feed.set_aside_seen": Text("除いた行を見た", "looked at rows set aside"),
        "feed.set_aside_taken": Text("除いた行をCSVで受け取った", "took rows set aside as CSV"),
        "bordereau.seen": Text("保険会社への明細を見た", "looked at a list for the insurer"),
        "bordereau.taken": Text("保険会社への明細をファイルで受け取った", "took a list for the insurer as a file"),
        "certificate.asked": Text("システムが加入者証を照会した", "a system asked for a certificate"),
        "books.downloaded": Text("会計用ファイルを受け取った", "took a file for accounting"),
        "data.downloaded": Text("自社のデータを受け取った", "took the data held about it"),
        "audit.searched": Text("操作記録をさがした", "searched the log"),
        "audit.taken": Text("操作記録をCSVで受け取った", "took the log as CSV"),
        "access.refused": Text("見られないページを開こうとした", "was refused a page"),
    },
    Text("会員データ", "Member files"): {
        "feed.received": Text("会員データを入れた", "handed a member file in"),
        "feed.checked": Text("会員データを読み取った", "read a member file"),
        "feed.held": Text("会員データを保留した", "held a member file"),
        "feed.refused": Text("会員データを受け付けなかった", "refused a member file"),
        "feed.released": Text("会員データの保留を解除した", "released a member file"),
        "feed.applied": Text("会員データを適用した", "applied a member file"),
        "feed.withdrawn": Text("会員データを取り下げた", "withdrew a member file"),
        "feed.unheard": Text("署名のない会員データを断った", "did not hear an unsigned member file"),
    },
    Text("無料補償", "Free cover"): {
        "free_cover.turn_begun": Text("無料補償の年度替わりを始めた", "began the turn of the free cover"),
        "free_cover.turned": Text("無料補償の年度替わりを終えた", "turned the free cover"),
        "free_cover.turn_parked": Text("無料補償の年度替わりが止まった", "the turn of the free cover stopped"),
        "free_cover.followed": Text("無料補償を会員データに合わせた", "let the free cover follow the list"),
        "free_cover.tried_again": Text("無料補償の処理をやり直した", "tried a run of the free cover again"),
        "free_cover.end_scheduled": Text("無料補償の終了を決めた", "decided to end the free cover"),
        "free_cover.end_withdrawn": Text("無料補償の終了を取り消した", "took the end of the free cover back"),
        "free_cover.end_done": Text("無料補償を終えた", "ended the free cover"),
        "free_cover.end_parked": Text("無料補償の終了が止まった", "the end of the free cover stopped"),
        "free_cover.keep_done": Text("無料補償を続けた", "kept the free cover"),
        "free_cover.keep_parked": Text("無料補償の継続が止まった", "keeping the free cover stopped"),
    },
    Text("申込み", "Applications"): {
        "application.started": Text("申込みを始めた", "began an application"),
        "application.step_saved": Text("申込みを入力した", "filled a step in"),
        "application.steps_saved": Text("申込みをまとめて入力した", "filled several steps in"),
        "document.opened": Text("申込みの書類を開いた", "opened a document"),
        "application.confirmed": Text("申込みを確かめた", "confirmed an application"),
        "application.closed": Text("申込みを終えた", "closed an application"),
        "application.erased": Text("途中の申込みを消した", "erased a draft"),
    },
    Text("加入者証と異動", "Certificates and acts"): {
        "certificate.issued": Text("加入者証を発行した", "issued a certificate"),
        "certificate.new": Text("加入を記録した", "recorded a new cover"),
        "certificate.change": Text("変更を記録した", "recorded a change"),
        "certificate.cancellation": Text("解約を記録した", "recorded a cancellation"),
        "certificate.reinstatement": Text("復活を記録した", "recorded a reinstatement"),
        "certificate.reversal": Text("異動の取消しを記録した", "recorded a reversal"),
        "certificate.unheard": Text("署名のない照会を断った", "did not hear an unsigned question"),
        "change.requested": Text("異動を申し出た", "asked for a change"),
        "change.given_up": Text("異動を取りやめた", "gave a change up"),
        "change.not_paid": Text("支払いのない異動を閉じた", "closed a change that was not paid"),
    },
    Text("更改", "Renewal"): {
        "renewal.rehearsed": Text("更改の予行をした", "rehearsed the turn"),
        "renewal.offers_begun": Text("更改のご案内を作り始めた", "began to make offers"),
        "renewal.offers_made": Text("更改のご案内を作った", "made the offers"),
        "renewal.offers_held": Text("更改のご案内が止まった", "the offers stopped"),
        "renewal.paused": Text("更改の処理を止めた", "paused the turn"),
        "renewal.resumed": Text("更改の処理を続けた", "resumed the turn"),
        "renewal.tried_again": Text("更改の処理をやり直した", "tried a certificate of the turn again"),
        "renewal.offer_closed": Text("更改のご案内を閉じた", "closed an offer"),
        "renewal.offered_anew": Text("更改のご案内を作り直した", "made an offer afresh"),
        "renewal.reminder_sent": Text("更改のお知らせを送った", "sent reminders"),
        "renewal.warning_sent": Text("更改の最後のお知らせを送った", "sent last reminders"),
        "renewal.notice_sent": Text("満期のお知らせを送った", "sent notices of expiry"),
    },
    Text("お金", "Money"): {
        "payment.begun": Text("支払いを始めた", "began a payment"),
        "payment.needs_person": Text("支払いに人の確認が要る", "a payment needs a person"),
        "payment.owed_back": Text("支払いを返すことにした", "a payment is owed back"),
        "payment.refunded": Text("返金した", "refunded a payment"),
        "payment.refunded_elsewhere": Text("決済会社の画面で返金された", "refunded at the card processor"),
        "payment.disputed": Text("チャージバックが届いた", "a payment was disputed"),
        "payment.dispute_won": Text("チャージバックが退けられた", "a dispute was won"),
        "payment.dispute_lost": Text("チャージバックが認められた", "a dispute was lost"),
        "payment.dispute_reversed": Text("認められたチャージバックが戻された", "a lost dispute was won after all"),
        "refund.needs_person": Text("返金に人の確認が要る", "a refund needs a person"),
        "refund.no_card_left": Text("返せるカードがない", "no card takes the return premium"),
        "write_off.asked": Text("貸倒処理を申し出た", "asked for a write-off"),
        "write_off.done": Text("貸倒処理をした", "wrote off"),
        "write_off.dropped": Text("貸倒処理を取りやめた", "dropped a write-off"),
        "write_off.taken_back": Text("貸倒処理を取り消した", "took a write-off back"),
        "hand_return.transferred": Text("返戻の振込みを記録した", "noted a transfer"),
        "hand_return.taken_back": Text("返戻の振込みを取り消した", "took a transfer back"),
        "bordereau.closed": Text("月を閉じた", "closed a month"),
        "remittance.paid": Text("精算を記録した", "recorded a remittance"),
        "remittance.taken_back": Text("精算を取り消した", "took a remittance back"),
        "payout_file.taken": Text("入金明細を入れた", "took a payout file"),
        "payout_file.refused": Text("入金明細を受け付けなかった", "refused a payout file"),
        "payout_item.closed": Text("入金の確認を終えた", "closed a payout item"),
        "payout_item.opened": Text("入金の確認を開き直した", "opened a payout item again"),
        "saved_card.kept": Text("カードを保存した", "kept a card"),
        "saved_card.ended": Text("カードの保存を終えた", "let go of a kept card"),
        "saved_card.needs_person": Text("保存したカードに人の確認が要る", "a kept card needs a person"),
        "webhook.refused": Text("決済会社を名のる通知を断った", "refused a message to the card hook"),
        "webhook.more_refused": Text("続く通知も断った", "refused more such messages"),
        "webhook.unknown_payment": Text("知らない支払いの通知が届いた", "a message about an unknown payment"),
        "closing_month.chosen": Text("決算月を選んだ", "chose a closing month"),
    },
    Text("ご相談と同意", "Consultations and consent"): {
        "consultation.received": Text("ご相談を受け付けた", "received a consultation"),
        "consent.given": Text("同意を受けた", "consent was given"),
        "consent.withdrawn": Text("同意が取り消された", "consent was withdrawn"),
        "correction.asked": Text("訂正を求めた", "asked for a correction"),
        "data.erased": Text("削除を求めた", "asked for deletion"),
    },
    Text("会員の担当者", "Members’ people"): {
        "member.linked": Text("会員に結び付いた", "was linked to a member"),
        "member.not_linked": Text("会員に結び付かなかった", "was not linked to a member"),
        "person.invited": Text("担当者を招いた", "invited a person"),
        "person.invitation_revoked": Text("招待を取り消した", "revoked an invitation"),
        "person.joined": Text("招待を受けた", "took an invitation"),
        "person.role_changed": Text("担当者の役割を変えた", "changed a person’s role"),
        "person.removed": Text("担当者を外した", "removed a person"),
        "person.handed_over": Text("代表者を引き継いだ", "handed the ownership over"),
        "organiser.linked": Text("団体のサインインに結び付いた", "was linked to the organiser’s sign-on"),
        "organiser.refused": Text("団体のサインインを断った", "refused a sign-on of the organiser"),
        "organiser.not_on_the_list": Text("団体のサインインの会員が名簿にない", "signed on, and not on the list"),
        "organiser.number_differs": Text("団体のサインインと会員番号が違う", "the sign-on’s number differs"),
        "organiser.class_differs": Text("団体のサインインと会員種別が違う", "the sign-on’s class differs"),
    },
    Text("サインイン", "Signing in"): {
        "user.signed_in": Text("サインインした", "signed in"),
        "user.signed_out": Text("サインアウトした", "signed out"),
        "user.code_refused": Text("コードが違った", "a code was wrong"),
        "passkey.added": Text("パスキーを加えた", "added a passkey"),
        "passkey.removed": Text("パスキーを外した", "removed a passkey"),
        "passkey.refused": Text("パスキーを断った", "refused a passkey"),
        "session.ended": Text("ほかの端末を1つサインアウトした", "ended a session"),
        "session.all_others_ended": Text("ほかの端末をすべてサインアウトした", "ended all other sessions"),
        "email.change_asked": Text("メールアドレスの変更を始めた", "began to change the address"),
        "email.code_refused": Text("アドレス変更のコードが違った", "a code for the new address was wrong"),
        "email.changed": Text("メールアドレスを変えた", "changed the address"),
        "email.changed_by_desk": Text("事務局がメールアドレスを変えた", "the desk changed an address"),
    },
    Text("職員と商品", "Staff and product"): {
        "staff.position_granted": Text("職員に役割を与えた", "granted a position"),
        "staff.position_ended": Text("職員の役割を終えた", "ended a position"),
        "staff.registered": Text("募集人の登録を記録した", "recorded a registration"),
        "product.published": Text("商品改定版を公開した", "published a product version"),
        "scheme_year.opened": Text("保険年度を開いた", "opened a scheme year"),
    },
}
SECOND_LOOKS = Text("二人目の確認", "Second looks")
DECISIONS: Mapping[str, Text] = {
    "asked": Text("二人目の確認を求めた", "asked for a second person"),
    "agreed": Text("二人目が同意して実行した", "a second person agreed, and it was done"),
    "dropped": Text("取りやめた", "dropped"),
}


def all_actions() -> dict[Text, dict[str, Text]]:
    """By topics, with what second persons are asked for: each kind of it is a kind of thing as well."""
    looks = {
        f"{kind}.{code}": Text(f"{name.ja}：{said.ja}", f"{name.en}: {said.en}")
        for kind in settings.SONAE_SECOND_LOOKS
        for name in [kind_name(kind)]
        for code, said in DECISIONS.items()
    }
    known = {topic: dict(actions) for topic, actions in {**ACTIONS, **DESK_ACTIONS, **INCIDENT_ACTIONS}.items()}
    return {**known, **({SECOND_LOOKS: looks} if looks else {})}


def words_by_code() -> dict[str, Text]:
    """Every act with its words. Acts of a kind of thing that has a second look keep their own."""
    return {code: words for actions in reversed(all_actions().values()) for code, words in actions.items()}


def action_words(code: str, known: Mapping[str, Text]) -> Text:
    """An act that a later version of the program recorded stays readable by its code."""
    return known.get(code, Text(code, code))


def kind_name(code: str) -> Text:
    """Likewise for a kind of thing."""
    return KINDS[code].name if code in KINDS else Text(code, code)


def choices_of_actions() -> Iterator[tuple[Text, list[tuple[str, Text]]]]:
    """As a list to choose from has them."""
    for topic, actions in all_actions().items():
        yield topic, list(actions.items())
