"""Finding a member among many by what somebody says: the desk's page, question by question, beside the same page asked for a whole
member number (one look into an index), and beside the statement that reads every fact through, as the desk did before.

"Processor" is what page and database worked for one question, whoever else used the machine; reading through is the statement
alone. Also: how long it takes to write what everybody is found by, how large that is, and what a feed costs with it. Names are
made of common parts, so that some are had by many and others by one. Milliseconds of whole pages, in one process, one after
the other.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from bench.free_covers import Bench, a_programme
from bench.load import p95
from bench.loading import run_all
from bench.staff import browser_of_staff

SIZES = (10_000, 100_000, 1_000_000)
VISITS = 40
FAMILIES = (
    "青木アオキ 佐藤サトウ 鈴木スズキ 高橋タカハシ 田中タナカ 伊藤イトウ 渡辺ワタナベ 山本ヤマモト "
    "中村ナカムラ 小林コバヤシ 加藤カトウ 吉田ヨシダ 山田ヤマダ 佐々木ササキ 山口ヤマグチ 松本マツモト "
    "井上イノウエ 木村キムラ 林ハヤシ 斎藤サイトウ 清水シミズ 山崎ヤマザキ 森モリ 池田イケダ 橋本ハシモト "
    "阿部アベ 石川イシカワ 山下ヤマシタ 中島ナカジマ 石井イシイ 小川オガワ 前田マエダ 岡田オカダ "
    "長谷川ハセガワ 藤田フジタ 後藤ゴトウ 近藤コンドウ 村上ムラカミ 遠藤エンドウ 坂本サカモト 福田フクダ "
    "太田オオタ 西村ニシムラ 藤井フジイ 岡本オカモト 金子カネコ 三浦ミウラ 中野ナカノ"
)
PLACES = (
    "東ヒガシ 西ニシ 南ミナミ 北キタ 中央チュウオウ 本町ホンマチ 栄サカエ 緑ミドリ 港ミナト 旭アサヒ 泉イズミ "
    "桜サクラ 若葉ワカバ 新町シンマチ 大和ヤマト 富士フジ 光ヒカリ 平和ヘイワ 豊トヨ 幸サイワイ 朝日アサヒ "
    "共栄キョウエイ 日進ニッシン 昭和ショウワ 協和キョウワ 三栄サンエイ 丸マル 第一ダイイチ 第二ダイニ "
    "総合ソウゴウ 総ソウ 明和メイワ 大成タイセイ 太陽タイヨウ 東洋トウヨウ 双葉フタバ 千代田チヨダ 信和シンワ "
    "双ソウ 創ソウ"
)
TRADES = (
    "工務店コウムテン 商店ショウテン 製作所セイサクショ 会計事務所カイケイジムショ 建設ケンセツ 運輸ウンユ "
    "電機デンキ 印刷インサツ 食品ショクヒン 工業コウギョウ 産業サンギョウ 設計セッケイ 不動産フドウサン "
    "薬局ヤッキョク 歯科シカ 酒店サケテン 書店ショテン 塗装トソウ 造園ゾウエン 鉄工テッコウ 木材モクザイ "
    "クリーニング 理容リヨウ 美容室ビヨウシツ 税理士事務所ゼイリシジムショ 社労士事務所シャロウシジムショ "
    "自動車ジドウシャ 水道スイドウ 農園ノウエン 水産スイサン"
)
MEMBERS = """
    INSERT INTO parties_member (number, created_at)
    SELECT (10000000 + n * 7)::text, %(now)s FROM generate_series(1, %(size)s) AS n;
    INSERT INTO parties_membershipfact (member_id, kind, effective_date, recorded_at, member_class, name, name_kana, email,
        telephone, source)
    SELECT id, 'joined', DATE '2025-04-01', %(early)s, (ARRAY['basic', 'total', 'pap'])[id %% 3 + 1],
        (ARRAY['株式会社', '', '有限会社', ''])[id %% 4 + 1] || (%(family)s::text[])[f] || (%(place)s::text[])[p]
            || (%(trade)s::text[])[t] || (ARRAY['', '', '（株）'])[id %% 3 + 1],
        (%(family_kana)s::text[])[f] || (%(place_kana)s::text[])[p] || (%(trade_kana)s::text[])[t],
        'm' || id || '@keisoku' || id %% 97 || '.example',
        '0' || (1 + id %% 9) || '-' || lpad((id * 7919 %% 10000)::text, 4, '0') || '-' || lpad((id %% 10000)::text, 4, '0'),
        'bench'
    FROM (SELECT id, 1 + (id * 31) %% array_length(%(family)s::text[], 1) AS f,
        1 + (id * 17 / 53) %% array_length(%(place)s::text[], 1) AS p,
        1 + (id * 13 / 1999) %% array_length(%(trade)s::text[], 1) AS t FROM parties_member) AS chosen;
    INSERT INTO parties_membershipfact (member_id, kind, effective_date, recorded_at, member_class, name, name_kana, email,
        telephone, source)
    SELECT member_id, 'changed', DATE '2025-10-01', %(early)s, member_class, '新' || name, 'シン' || name_kana, email,
        telephone, source
    FROM parties_membershipfact WHERE member_id %% 20 = 0;
    INSERT INTO certificates_certificate (number, member_id, scheme_year_id, section, starts_on, verification_code, issued_at)
    SELECT sonae_written_number('C', 2026, nextval('sonae_certificate_number')), member.id, year.id, 'paid', year.start_on,
        upper(replace(gen_random_uuid()::text, '-', '')), %(early)s
    FROM parties_member AS member, programmes_schemeyear AS year WHERE member.id %% 10 = 0 AND year.start_on = DATE '2026-12-01';
    INSERT INTO certificates_transaction (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason,
        rating_digest, total_premium_after, premium_difference)
    SELECT certificate.id, 1, 'new', starts_on, %(early)s, jsonb_build_object('plan', 'P100', 'industry', 'other_services',
        'annual_sales', 5000000, 'insured', jsonb_build_object('name', '計測商店' || member_id, 'kana', ''),
        'applicant', jsonb_build_object('name', '計測商店' || member_id, 'kana', 'ケイソクショウテン',
            'representative', '計測 花子',
            'postcode', lpad((member_id * 31 %% 10000000)::text, 7, '0'), 'prefecture', '東京都',
            'city', (%(place)s::text[])[1 + member_id %% array_length(%(place)s::text[], 1)] || '区',
            'street', (member_id %% 9 + 1) || '-' || (member_id %% 31 + 1) || '-' || (member_id %% 17 + 1), 'building', '',
            'telephone', '03-0000-' || lpad((member_id %% 10000)::text, 4, '0'))), 'bench', '', '', 64940, 64940
    FROM certificates_certificate AS certificate;
"""
# What the desk did before: every fact is read.
READ_THROUGH = """
    SELECT member.id FROM parties_member AS member WHERE member.id IN (
        SELECT member_id FROM parties_membershipfact WHERE name LIKE %(within)s OR name_kana LIKE %(within)s)
    ORDER BY member.number LIMIT 51
"""
SIZES_OF = """
    SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relname LIKE 'search_findable%%' OR relname LIKE 'findable_by%%'
    ORDER BY 2 DESC
"""


def main() -> None:
    """Print filling, feed and questions for each size; sizes may be named in SONAE_BENCH_MEMBERS."""
    sizes = [int(size) for size in os.environ.get("SONAE_BENCH_MEMBERS", "").split(",") if size] or SIZES
    with tempfile.TemporaryDirectory() as folder, a_programme(Path(folder)) as bench:
        for size in sizes:
            with bench.copy("sonae", "found"), bench.on("found"):
                _load(size, bench.now)
                print(f"{size:,} members")
                _fill(bench)
                _ask_all(size, bench)
                _follow(size, bench.now)


def _parts(words: str) -> tuple[list[str], list[str]]:
    """Kanji and kana of each; a word that is all katakana is both."""
    pairs = []
    for word in words.split():
        at = next(place for place, sign in enumerate(word) if "ァ" <= sign <= "ー")
        pairs.append((word[:at] or word, word[at:]))
    return [kanji for kanji, _ in pairs], [kana for _, kana in pairs]


def _load(size: int, now: object) -> None:
    from datetime import datetime

    from django.db import connection

    assert isinstance(now, datetime)
    given: dict[str, object] = {"size": size, "now": now, "early": now - timedelta(days=30)}
    for name, words in (("family", FAMILIES), ("place", PLACES), ("trade", TRADES)):
        given[name], given[f"{name}_kana"] = _parts(words)
    run_all(MEMBERS, given)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def _fill(bench: Bench) -> None:
    from django.db import connection

    from sonae.apps.search.use_cases.refresh_search import refresh_search

    ours = process_time()
    spent = bench.measured(lambda: refresh_search(now=bench.now))
    ours = process_time() - ours
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_findablemember")
        done = cursor.fetchone()[0]
        cursor.execute("VACUUM (ANALYZE) search_findablemember")
        cursor.execute(SIZES_OF)
        sizes = ", ".join(f"{name} {size / 2**20:,.0f} MiB" for name, size in cursor.fetchall() if size > 2**16)
    print(
        f"  written: {done:,} in {spent.wall:.1f} s (processor: ours {ours:.1f} s, the database {spent.cpu:.1f} s); {sizes}",
        flush=True,
    )
    began = perf_counter()
    assert refresh_search(now=bench.now) == 0
    print(f"  a round without anything new: {(perf_counter() - began) * 1000:.0f} ms", flush=True)


def _questions(size: int) -> Iterator[tuple[str, Callable[[random.Random], str]]]:
    families, family_kana = _parts(FAMILIES)
    places, place_kana = _parts(PLACES)
    trades, trade_kana = _parts(TRADES)

    def whole(chance: random.Random, kana: bool = False) -> str:
        parts = (family_kana, place_kana, trade_kana) if kana else (families, places, trades)
        return "".join(chance.choice(part) for part in parts)

    def wrong(chance: random.Random) -> str:
        text = whole(chance)
        at = chance.randrange(1, len(text) - 1)
        return text[:at] + chance.choice("川口上下") + text[at + 1 :]

    def missing(chance: random.Random) -> str:
        text = whole(chance, kana=True)
        at = chance.randrange(1, len(text) - 1)
        return text[:at] + text[at + 1 :]

    def pk(chance: random.Random) -> int:
        return chance.randrange(1, size // 10) * 10

    yield "two kanji that many have (商店)", lambda chance: chance.choice(["商店", "工業", "産業", "食品"])
    yield "a family's name", lambda chance: chance.choice(families)
    yield "a whole name", whole
    yield (
        "a whole name, old kanji and （株）",
        lambda chance: f"（株）{whole(chance)}".replace("高", "髙").replace("辺", "邊"),
    )
    yield (
        "a reading, hiragana",
        lambda chance: "".join(
            chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in whole(chance, kana=True)
        ),
    )
    yield "a reading, first three of it, half width", lambda chance: chance.choice(["ｱｵｷ", "ｻﾄｳ", "ﾊｾｶﾞﾜ", "ﾊﾔｼ"])
    yield "one letter of the name wrong", wrong
    yield "one letter of the reading missing", missing
    yield "a telephone", lambda chance: f"03-0000-{pk(chance) % 10_000:04}"
    yield "the last four of a telephone", lambda chance: f"{pk(chance) % 10_000:04}"
    yield "an e-mail address, its beginning", lambda chance: f"m{pk(chance)}@kei"
    yield (
        "an address",
        lambda chance: f"東京都{chance.choice(places)}区{chance.randrange(1, 10)}-{chance.randrange(1, 32)}-",
    )
    yield "two words", lambda chance: f"{chance.choice(families)} {chance.choice(trades)}"
    yield "nobody’s name", lambda chance: chance.choice(["鳳凰堂眼鏡", "無何有の郷", "杜若染織"])
    yield "a certificate’s number", lambda chance: f"C2026-{chance.randrange(1, size // 10):06}"


def _ask_all(size: int, bench: Bench) -> None:
    from django.db import connection
    from tests import cast

    from sonae.config import clock

    browser = browser_of_staff(cast.enter_staff("operator", "clerk"), moment=clock.now(), SERVER_NAME="127.0.0.1")

    worked: list[float] = []

    def page(typed: str) -> float:
        began, began_work = perf_counter(), process_time()
        answer = browser.get("/desk/members/", {"q": typed}, headers={"HX-Request": "true"})
        assert answer.status_code == 200, (typed, answer.status_code)
        worked.append(process_time() - began_work)
        return perf_counter() - began

    def read_through(typed: str) -> float:
        began = perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(READ_THROUGH, {"within": f"%{typed}%"})
            cursor.fetchall()
        return perf_counter() - began

    for _ in range(5):
        page("10000007")
    print(
        f"  {'asked for':<42}{'p50':>8}{'p95':>8}{'worst':>8}{'processor':>11}   {'of the yardstick':>17}   reading through"
    )
    for name, ask in _questions(size):
        chance = random.Random(name)  # noqa: S311  # the same questions in every run
        ours: list[float] = []
        yardstick: list[float] = []
        before: list[float] = []
        spent = 0.0
        for _ in range(VISITS):
            typed = ask(chance)
            yardstick.append(page(str(10_000_000 + chance.randrange(1, size) * 7)))
            measured = bench.measured(partial(page, typed))
            ours.append(measured.wall)
            spent += measured.cpu + worked[-1]
            if len(before) < 5:
                before.append(read_through(typed))
        print(
            f"  {name:<42}{_ms(median(ours))}{_ms(p95(ours))}{_ms(max(ours))}{_ms(spent / VISITS):>11}   "
            f"{p95(ours) / p95(yardstick):>15.1f} ×   {_ms(median(before))}",
            flush=True,
        )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:>8.1f}"


def _follow(size: int, now: object) -> None:
    """A feed in which one member of a hundred says something else, and the round that follows it."""
    from datetime import datetime

    from django.db import connection

    from sonae.apps.search.use_cases.refresh_search import refresh_search

    assert isinstance(now, datetime)
    with connection.cursor() as cursor:
        began = perf_counter()
        cursor.execute(
            """INSERT INTO parties_membershipfact (member_id, kind, effective_date, recorded_at, member_class, name, name_kana,
               email, telephone, source) SELECT member_id, 'changed', DATE '2026-12-01', %s, member_class, name || '新', name_kana,
               email, telephone, 'feed' FROM parties_membershipfact WHERE id %% 100 = 0""",
            [now],
        )
        recorded = perf_counter() - began
    began = perf_counter()
    done = refresh_search(now=now)
    took = perf_counter() - began
    began = perf_counter()
    refresh_search(now=now)
    again = perf_counter() - began
    print(
        f"  {done:,} facts of a feed: recorded in {recorded:.2f} s; found {took:.2f} s later; a round again {again:.2f} s"
    )
