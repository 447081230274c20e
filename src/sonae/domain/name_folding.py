"""Names, readings and addresses in one spelling, so that what somebody says on the telephone is found however it was written.

Both sides are folded the same way: what is kept to be found, and what is asked for. Nothing folded is ever shown.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

FOLDING = 1  # rises with every change here: what is kept to be found is then written anew (apps/search)

# Pairs that one person writes this way and the next that way, because the first is in no common keyboard, was replaced in the lists
# of common kanji of 1946 and 1981 but stays in family registers, or can't be told from the other by ear. The second is kept.
OLD_AND_NEW = (
    "髙高 﨑崎 嵜崎 邊辺 邉辺 濱浜 濵浜 齋斎 齊斎 斉斎 澤沢 廣広 國国 櫻桜 嶋島 嶌島 德徳 眞真 惠恵 壽寿 "
    "瀨瀬 黑黒 淸清 槇槙 曾曽 萬万 與与 龍竜 瀧滝 冨富 藏蔵 圓円 學学 實実 榮栄 條条 總総 專専 鐵鉄 讓譲 "
    "莊荘 覺覚 靜静 豐豊 禮礼 遙遥 薰薫 峯峰 𠮷吉 桒桑 舘館 渕淵 埜野 邨村 會会 醫医 藥薬 氣気 戶戸 緣縁 "
    "橫横 增増 賴頼 鹽塩 關関 爲為 兒児 亞亜 佛仏 寶宝 應応"
)
# Bank transfers know no small kana; the last three can't be told apart by ear.
SMALL, LARGE = "ァィゥェォッャュョヮヵヶヂヅヲ", "アイウエオツヤユヨワカケジズオ"
HIRAGANA = range(0x3041, 0x3097)
TO_KATAKANA = 0x60
LETTERS = str.maketrans(
    {
        **{chr(code): chr(code + TO_KATAKANA) for code in HIRAGANA},
        **{pair[0]: pair[1] for pair in OLD_AND_NEW.split()},
    }
)
PLAIN_KANA = str.maketrans(SMALL, LARGE)

COMPANY_FORMS = (
    "株式会社 有限会社 合同会社 合資会社 合名会社 相互会社 一般社団法人 一般財団法人 公益社団法人 公益財団法人 社団法人 財団法人 "
    "特定非営利活動法人 NPO法人 医療法人社団 医療法人財団 医療法人 社会福祉法人 学校法人 宗教法人 税理士法人 弁護士法人 "
    "監査法人 司法書士法人 行政書士法人 社会保険労務士法人 カブシキガイシャ カブシキカイシャ ユウゲンガイシャ "
    "ユウゲンカイシャ ゴウドウガイシャ ゴウドウカイシャ ゼイリシホウジン"
)
IN_BRACKETS = "株有同資名社財医福学宗税弁監特"  # ㈱ and ㈲ are these, once NFKC has taken them apart
OF_BANKS = "カユドシメゼ"  # カ)アオキ, アオキ(カ: how transfers shorten them
IN_ENGLISH = ("co., ltd.", "co.,ltd.", "co. ltd.", "co.ltd.", "co ltd", "inc.", "k.k.")
_WHOLE = (
    *COMPANY_FORMS.casefold().split(),
    *(f"({short})" for short in IN_BRACKETS + OF_BANKS),
    *IN_ENGLISH,
)
BEFORE = tuple(sorted((*_WHOLE, *(f"{short})" for short in OF_BANKS)), key=len, reverse=True))
AFTER = tuple(sorted((*_WHOLE, *(f"({short}" for short in OF_BANKS)), key=len, reverse=True))
REPEATED = re.compile("(.)々")
NUMERALS = {numeral: str(digit) for digit, numeral in enumerate("一二三四五六七八九", 1)}
CHOME = re.compile("([一二三四五六七八九])(?=丁目)")
BLOCK = re.compile(r"(?<=[0-9])(?:丁目|番地の?|番|号)")
NO_LETTERS = re.compile(r"[\W_ーｰ]+")


@lru_cache(maxsize=10_000)
def fold(text: str) -> str:
    """The text as it is compared: one width, case and kana, new kanji for old, without the company's form, blanks, hyphens, long
    marks and other signs. A text that is nothing but a company's form keeps it. Folding twice is folding once."""
    folded = _folded_once(text)
    while (again := _folded_once(folded)) != folded:  # a form that only shows once a blank in it is gone
        folded = again
    return folded


def _folded_once(text: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(LETTERS)
    return _letters(_without_form(plain)) or _letters(plain)


def _without_form(text: str) -> str:
    text = text.strip()
    while text.startswith(BEFORE):
        text = text[len(next(form for form in BEFORE if text.startswith(form))) :].lstrip()
    while text.endswith(AFTER):
        text = text[: -len(next(form for form in AFTER if text.endswith(form)))].rstrip()
    return text


def _letters(text: str) -> str:
    kept = NO_LETTERS.sub("", text.translate(PLAIN_KANA))
    if "々" in kept:
        kept = REPEATED.sub(r"\1\1", kept)
    if "丁目" in kept:
        kept = CHOME.sub(lambda found: NUMERALS[found[1]], kept)
    return BLOCK.sub("", kept)


def digits_of(text: str) -> str:
    """The digits 0 to 9 of a number as it was written or typed, whatever stands between them."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign in "0123456789")


def pairs(folded: str) -> tuple[str, ...]:
    """Each two neighbours, in order: 青木店 is 青木 and 木店. Nothing for less than two letters."""
    return tuple(folded[at : at + 2] for at in range(len(folded) - 1))


def grams(folded: str) -> frozenset[str]:
    """What a text is kept under: its pairs, and its last letter alone. So each letter begins one of them."""
    return frozenset(pairs(folded)) | ({folded[-1]} if folded else frozenset())


@dataclass(frozen=True, slots=True)
class OneOff:
    """What is left of a text where one of its letters is wrong, missing or too much: pairs, and letters outside of them."""

    pairs: tuple[str, ...]
    letters: tuple[str, ...]


ENOUGH_PAIRS = 3  # then a letter outside of them needn't be there as well
FEWEST_KANJI, FEWEST_KANA = 3, 4
KANA = re.compile("[ァ-ヺ]+")


def one_off(folded: str) -> tuple[OneOff, ...]:
    """For each letter what remains when it can't be trusted; whoever has all of one is worth a look. Nothing for a text that is
    too short to be half-remembered: of kana, which are few, it takes one more."""
    if len(folded) < (FEWEST_KANA if KANA.fullmatch(folded) else FEWEST_KANJI):
        return ()
    return tuple(dict.fromkeys(_without(folded, at) for at in range(len(folded))))


def _without(folded: str, at: int) -> OneOff:
    before, after = folded[:at], folded[at + 1 :]
    kept = tuple(dict.fromkeys((*pairs(before), *pairs(after))))
    alone = tuple(part for part in (before, after) if len(part) == 1)
    return OneOff(kept, alone if len(kept) < ENOUGH_PAIRS else ())


def one_off_pattern(folded: str) -> str:
    """A regular expression, for Python and PostgreSQL alike, that finds the text with one letter wrong, missing or too much.
    Folded texts are letters and digits, which mean themselves."""
    wrong = (f"{folded[:at]}.?{folded[at + 1 :]}" for at in range(len(folded)))
    missing = (f"{folded[:at]}.{folded[at:]}" for at in range(1, len(folded)))
    return "|".join(dict.fromkeys((*wrong, *missing)))
