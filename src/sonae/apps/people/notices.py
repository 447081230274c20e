"""The mails of the doors of members and staff: what people are told when their sign-in changes, and what carries a code or link."""

from __future__ import annotations

import secrets
from datetime import datetime

from sonae.apps.documents.outbox import write_mail
from sonae.domain.text import Text

FOOT = Text(
    "\nSonae（備え）　中小企業の団体サイバー保険\nこのメールは送信専用です。\n",
    "\nSonae, group cyber insurance for small businesses\nThis address does not take replies.\n",
)
NOT_YOU = Text(
    "\n心当たりがないときは、ログインして「ログインと安全」の画面で、ほかのログインをすべて終わらせ、\n"
    "相談窓口にお電話ください。\n",
    "\nIf this was not you, sign in, end all other sessions on the page “Sign-in and safety”, and call the\ncontact window.\n",
)
Notice = tuple[Text, Text, bool]  # subject, body, whether NOT_YOU is added

NOTICES: dict[str, Notice] = {
    "new_device": (
        Text("新しい端末からログインがありました", "Somebody signed in from a new device"),
        Text(
            "{at}、これまでと違う端末からログインがありました。\n\n    {device}\n",
            "At {at} somebody signed in to your account from a device that we had not seen before.\n\n    {device}\n",
        ),
        True,
    ),
    "passkey_added": (
        Text("パスキーが登録されました", "A passkey was added"),
        Text(
            "パスキー「{name}」が登録されました。これからは、このパスキーでもログインできます。\n",
            "The passkey “{name}” was added. It can be used to sign in from now on.\n",
        ),
        True,
    ),
    "passkey_removed": (
        Text("パスキーが削除されました", "A passkey was removed"),
        Text(
            "パスキー「{name}」が削除されました。このパスキーでは、もうログインできません。\n",
            "The passkey “{name}” was removed. It can’t be used to sign in any more.\n",
        ),
        True,
    ),
    "role_changed": (
        Text("役割が変わりました", "Your role has changed"),
        Text(
            "「{firm}」でのあなたの役割が「{role}」になりました。\n",
            "Your role for “{firm}” is now: {role}.\n",
        ),
        False,
    ),
    "person_removed": (
        Text("担当から外れました", "You no longer act for this member"),
        Text(
            "「{firm}」の担当から外れました。この会員のページは、もうご覧になれません。\n",
            "You no longer act for “{firm}” and can’t see its pages any more.\n",
        ),
        False,
    ),
    "handed_over": (
        Text("代表者が替わりました", "The owner has changed"),
        Text(
            "「{firm}」の代表者が {email} に替わりました。\n",
            "The owner of “{firm}” is now {email}.\n",
        ),
        True,
    ),
    "invitation": (
        Text("「{firm}」の担当に招かれています", "You are invited to act for “{firm}”"),
        Text(
            "{inviter} から、Sonae（備え）で「{firm}」の「{role}」になるよう招かれています。\n"
            "このメールアドレスでログインして、下のページでお受けください。7日間使えます。\n\n    {link}\n\n"
            "心当たりがないときは、何もしなくて構いません。\n",
            "{inviter} invites you to act for “{firm}” on Sonae; your role would be: {role}.\n"
            "Sign in with this e-mail address and accept on the page below. It works for seven days.\n\n    {link}\n\n"
            "If this means nothing to you, you need not do anything.\n",
        ),
        False,
    ),
    "email_old_code": (
        Text("メールアドレス変更の確認コード：{code}", "Your code to change the e-mail address: {code}"),
        Text(
            "ログインのメールアドレスを変える手続きが始まりました。あなたの手続きであれば、\n次のコードを画面に入れてください。\n\n"
            "    {code}\n\n心当たりがないときは、コードをどなたにも教えないでください。コードがなければ、何も変わりません。\n",
            "A change of your sign-in address has been asked for. If that was you, type this code on the page.\n\n"
            "    {code}\n\nIf it was not, give the code to nobody: without it nothing changes.\n",
        ),
        False,
    ),
    "email_new_code": (
        Text("新しいメールアドレスの確認コード：{code}", "Your code to confirm the new e-mail address: {code}"),
        Text(
            "Sonae（備え）のログインに、このメールアドレスを使う手続きです。次のコードを画面に入れてください。\n\n    {code}\n\n"
            "心当たりがないときは、何もしなくて構いません。\n",
            "This address is to become somebody’s sign-in address at Sonae. Type this code on the page.\n\n    {code}\n\n"
            "If this means nothing to you, you need not do anything.\n",
        ),
        False,
    ),
    "email_is_taken": (
        Text("このメールアドレスは、すでに使われています", "This e-mail address is in use already"),
        Text(
            "ほかの登録のメールアドレスを、このアドレスに変える手続きがありました。このアドレスではすでに\nログインできるため、"
            "コードはお送りしません。お手続きの方は、このアドレスでログインしてください。\n",
            "Somebody asked to move another account to this address. It is a sign-in address already, so we send no\n"
            "code. If that was you, sign in with this address.\n",
        ),
        False,
    ),
    "email_changed": (
        Text("ログインのメールアドレスが変わりました", "Your sign-in address has changed"),
        Text(
            "ログインのメールアドレスが {old} から {new} に変わりました。ほかのログインはすべて終わりました。\n",
            "Your sign-in address has changed from {old} to {new}. All other sessions have been ended.\n",
        ),
        True,
    ),
    "organiser_linked": (
        Text("団体のアカウントとつながりました", "Your organiser account has been linked"),
        Text(
            "これからは、団体のアカウントでもログインできます。\n",
            "You can sign in with your organiser account from now on.\n",
        ),
        True,
    ),
    "second_factor_set_up": (
        Text("二段階のログインが設定されました", "Your second sign-in step has been set up"),
        Text(
            "認証アプリが設定されました。これからは、業務画面を開くときに、メールのコードに続けてアプリのコードを入れます。\n",
            "An authenticator app was set up. From now on the desk asks for its code after the code by e-mail.\n",
        ),
        True,
    ),
    "recovery_codes_renewed": (
        Text("新しい回復コードが作られました", "New recovery codes were made"),
        Text(
            "回復コードが作り直されました。これまでの回復コードは、もう使えません。\n",
            "New recovery codes were made. Those before no longer work.\n",
        ),
        True,
    ),
    "recovery_code_used": (
        Text("回復コードでログインがありました", "A recovery code was used to sign in"),
        Text(
            "認証アプリの代わりに、回復コードが1つ使われました。使ったコードは、もう使えません。\n",
            "A recovery code was used in place of your authenticator app. It does not work again.\n",
        ),
        True,
    ),
    "second_factor_tries": (
        Text("二段階目のコードが何度も違っていました", "Wrong codes were tried at your second sign-in step"),
        Text(
            "メールのコードでログインしたあと、二段階目のコードが続けて間違えられました。あなたでなければ、\n"
            "ほかの人があなたのメールを読めるおそれがあります。すぐに責任者に知らせてください。\n",
            "Somebody signed in with a code from your mail and then tried wrong codes at the second step. If that was\n"
            "not you, somebody may be able to read your mail: tell your supervisor at once.\n",
        ),
        False,
    ),
    "second_factor_reset": (
        Text("二段階のログインが解除されました", "Your second sign-in step was reset"),
        Text(
            "{by} が、あなたの認証アプリ、回復コード、パスキーの登録を解除しました。すべてのログインは終わりました。\n"
            "次にログインしたときに、設定し直してください。お願いした覚えがないときは、すぐに責任者に知らせてください。\n",
            "{by} has reset your authenticator app, recovery codes and passkeys, and all your sessions have ended. Set it\n"
            "up again when you next sign in. If you did not ask for it, tell your supervisor at once.\n",
        ),
        False,
    ),
    "staff_invitation": (
        Text("「{organisation}」の職員として招かれています", "You are invited to the desk of “{organisation}”"),
        Text(
            "{inviter} から、Sonae（備え）の業務画面を「{organisation}」の職員（{positions}）として使うよう招かれています。\n"
            "このメールアドレスでログインして、下のページでお受けください。7日間使えます。\n\n    {link}\n\n"
            "心当たりがないときは、何もしなくて構いません。\n",
            "{inviter} invites you to the Sonae desk of “{organisation}” ({positions}).\n"
            "Sign in with this e-mail address and accept on the page below. It works for seven days.\n\n    {link}\n\n"
            "If this means nothing to you, you need not do anything.\n",
        ),
        False,
    ),
    "staff_entered": (
        Text("「{organisation}」の職員になりました", "You now work at the desk of “{organisation}”"),
        Text(
            "「{organisation}」の職員になりました。これまでのログインはすべて終わり、パスキーの登録も解除しました。\n"
            "ログインし直すと、二段階のログインの設定に進みます。\n",
            "You now work at the desk of “{organisation}”. All your sessions have ended, and passkeys from before no longer\n"
            "work. Sign in again to set up your second sign-in step.\n",
        ),
        False,
    ),
    "desk_closed": (
        Text("業務画面の利用が止められました", "The desk has been closed to you"),
        Text(
            "{by} が、「{organisation}」の業務画面の利用を止めました。すべてのログインは終わりました。\n",
            "{by} has closed the desk of “{organisation}” to you. All your sessions have ended.\n",
        ),
        False,
    ),
    "desk_reopened": (
        Text("業務画面をまた使えます", "The desk is open to you again"),
        Text(
            "「{organisation}」の業務画面を、また使えるようになりました。\n",
            "The desk of “{organisation}” is open to you again.\n",
        ),
        False,
    ),
}


def tell(kind: str, *, recipient: str, language: str, now: datetime, **facts: str) -> None:
    """Write the mail of that kind into the outbox, with the caller's transaction."""
    subject, body, warns = NOTICES[kind]
    parts = [body.in_language(language).format(**facts)]
    parts += [NOT_YOU.in_language(language)] if warns else []
    write_mail(
        key=f"door:{kind}:{secrets.token_hex(16)}",
        recipient=recipient,
        subject=subject.in_language(language).format(**facts),
        body="".join([*parts, FOOT.in_language(language)]),
        language=language,
        now=now,
    )
