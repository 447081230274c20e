# ruff: noqa: E501 - one planted defect a line, so that they read as a table
"""Each defect that can be planted into a product's files is found, with its file and place."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.domain.product.check import check_product, check_versions
from sonae.domain.product.digest import product_digest, text_digest, wording_digest
from sonae.domain.product.findings import Finding
from sonae.domain.product.parse import ProductInvalid, parse_product
from sonae.domain.text import Text
from tests.domain.versions import AFTER, BEFORE, files_of, product

SHIPPED = files_of(AFTER)
Files = dict[str, bytes]


def replaced(file: str, old: str, new: str) -> Callable[[Files], None]:
    def plant(files: Files) -> None:
        text = files[file].decode()
        assert old in text, f"{file} has no {old!r} to replace"
        files[file] = text.replace(old, new, 1).encode()

    return plant


def removed(file: str) -> Callable[[Files], None]:
    def plant(files: Files) -> None:
        del files[file]

    return plant


def renamed(file: str, to: str) -> Callable[[Files], None]:
    def plant(files: Files) -> None:
        files[to] = files.pop(file)

    return plant


def removed_tables(file: str, key: str) -> Callable[[Files], None]:
    """All tables [[key]], up to the next heading."""

    def plant(files: Files) -> None:
        parts = re.split(r"(?m)^(?=\[\[?)", files[file].decode())
        kept = [part for part in parts if not part.startswith(f"[[{key}]]")]
        assert len(kept) < len(parts)
        files[file] = "".join(kept).encode()

    return plant


def put(file: str, content: bytes) -> Callable[[Files], None]:
    def plant(files: Files) -> None:
        files[file] = content

    return plant


PRODUCT, RULES, QUESTIONS, FAQ = "product.toml", "eligibility.toml", "questions.toml", "faq.toml"
CONSULTATION, BORDEREAU = "consultation.toml", "bordereau.toml"
BAND, INDUSTRY, PLAN, BASE = "rates/sales_band.csv", "rates/industry.csv", "rates/plan.csv", "rates/base.csv"
EXAMPLE = "examples/04-nine-months.toml"

ONE_QUESTION = """
groups = [{ code = "cover", name = { ja = "補償", en = "Cover" } }]
questions = [{ slug = "what", group = "cover", question = { ja = "何", en = "What?" }, answer = [] }]
""".encode()

#   name, defect, file of the finding, place (part of it), message or suggestion (part of it)
DEFECTS = [
    ("band gap", replaced(BAND, "5000001,", "5000002,"), BAND, "5000002", "gap"),
    ("gap below the sales limit", replaced(BAND, "99999999", "99999998"), BAND, "last band", "gap"),
    ("gap at zero", replaced(BAND, "0,5000000", "1,5000000"), BAND, "band 1", "gap"),
    ("band overlap", replaced(BAND, "5000001,", "5000000,"), BAND, "5000000", "overlap"),
    ("band over the sales limit", replaced(BAND, "99999999", "100000000"), BAND, "last band", "overlap"),
    ("band upside down", replaced(BAND, "50000001,99999999", "99999999,50000001"), BAND, "line 6", "before it begins"),
    ("no rule for large sales", replaced(RULES, 'kind = "annual_sales_at_least"', 'kind = "industry_in"'), RULES, "rules", "no rule refers sales"),
    ("industry without factor", replaced(INDUSTRY, ",0.68,", ",,"), INDUSTRY, "wholesale", "no factor"),
    ("industry with factor and rule", replaced(INDUSTRY, ",,published", ",1.1,assumed"), INDUSTRY, "medical", "MEDICAL refers it"),
    ("negative factor", replaced(INDUSTRY, ",0.68,", ",-0.68,"), INDUSTRY, "line 2, factor_times", "no factor"),
    ("factor in percent", replaced(INDUSTRY, "factor_times", "factor_percent"), INDUSTRY, "factor_percent", 'Write "factor_times"'),
    ("premium in another unit", replaced(BASE, "value_yen", "value_sen"), BASE, "value_sen", "unit"),
    ("factor in words", replaced(INDUSTRY, ",0.68,", ",cheap,"), INDUSTRY, "line 2", "1.31 is expected"),
    ("factor in full width", replaced(INDUSTRY, ",0.68,", ",０.68,"), INDUSTRY, "line 2", "1.31 is expected"),
    ("industry twice", replaced(INDUSTRY, "construction,", "wholesale,"), INDUSTRY, "line 3", "twice"),
    ("industry without English", replaced(INDUSTRY, ",Retail,", ",,"), INDUSTRY, "name_en", "empty"),
    ("row too short", replaced(INDUSTRY, ",1.02,assumed", ",1.02"), INDUSTRY, "line 8", "7 cells"),
    ("unknown column", replaced(PLAN, "code,", "plan,"), PLAN, "line 1", "not known"),
    ("columns swapped", replaced(PLAN, "code,factor_times", "factor_times,code"), PLAN, "line 1", "another order"),
    ("rate without a tag", replaced(PLAN, "1.62,assumed", "1.62,"), PLAN, "line 3, tag", "no tag"),
    ("rate with a strange tag", replaced(PLAN, "1.62,assumed", "1.62,guessed"), PLAN, "line 3, tag", "source [n]"),
    ("base of zero", replaced(BASE, "64940", "0"), BASE, "line 2", "more than 0"),
    ("base row missing", replaced(BASE, "rounding_unit,10,assumed\n", ""), BASE, "item", "rounding_unit"),
    ("base row mistyped", replaced(BASE, "rounding_unit", "rounding_units"), BASE, "line 3", 'Did you mean "rounding_unit"?'),
    ("base no multiple of the unit", replaced(BASE, "64940", "64941"), BASE, "base_premium", "multiple"),
    ("premium beyond all bounds", replaced(BASE, "64940", "9" * 17 + "0"), BASE, "base_premium", "premiums above"),
    ("plan without a premium", replaced(PLAN, "P300,1.62,assumed\n", ""), PRODUCT, "plans[1].code", "no premium"),
    ("premium without a plan", replaced(PLAN, "P500", "P900"), PLAN, "P900", "no plan"),
    ("plan twice", replaced(PRODUCT, 'code = "P300"', 'code = "P100"'), PRODUCT, "plans[1].code", "twice"),
    ("negative limit", replaced(PRODUCT, "cost_limit_yen = 10_000_000", "cost_limit_yen = -1"), PRODUCT, "plans[0].cost_limit_yen", "negative"),
    ("limit of zero", replaced(PRODUCT, "liability_limit_yen = 100_000_000", "liability_limit_yen = 0"), PRODUCT, "plans[P100]", "above 0"),
    ("limit as a text", replaced(PRODUCT, "cost_limit_yen = 10_000_000", 'cost_limit_yen = "10M"'), PRODUCT, "plans[0].cost_limit_yen", "whole number"),
    ("number without a tag", replaced(PRODUCT, 'cost_limit_yen_tag = "published"\n', ""), PRODUCT, "plans[P100].cost_limit_yen", "no tag"),
    ("tag of an unlisted source", replaced(PRODUCT, 'cost_limit_yen_tag = "published"', 'cost_limit_yen_tag = "source [99]"'), PRODUCT, "plans[P100]", "[99] is not listed"),
    ("missing English", replaced(PRODUCT, ', en = "Free cover" }', " }"), PRODUCT, "sections[0].name.en", "missing"),
    ("empty Japanese", replaced(PRODUCT, 'ja = "無料補償"', 'ja = " "'), PRODUCT, "sections[0].name.ja", "empty"),
    ("unknown key", replaced(PRODUCT, "quote_valid_days = 30", "quote_valid_days = 30\nquote_valid_day = 31"), PRODUCT, "calendar.quote_valid_day", 'Did you mean "quote_valid_days"?'),
    ("list for the insurer with an unknown fact", replaced(BORDEREAU, 'source = "month"', 'source = "monht"'), BORDEREAU, "profiles[0].columns[1].source", 'Did you mean "month"?'),
    ("list for the insurer with a day as a number", replaced(BORDEREAU, 'source = "starts_on", format = "date"', 'source = "starts_on", format = "number"'), BORDEREAU, "profiles[0].columns[14].format", "doesn't fit"),
    ("constant without a value", replaced(BORDEREAU, ', value = "JP"', ""), BORDEREAU, "profiles[1].columns[6].value", "a constant has a value"),
    ("commission for a plan that isn't sold", replaced(BORDEREAU, "P300 = 20", "P400 = 20"), BORDEREAU, "commission_percent.P300", "missing"),
    ("commission of more than the premium", replaced(BORDEREAU, "P300 = 20", "P300 = 101"), BORDEREAU, "commission_percent.P300", "at most 100"),
    ("commission without a tag", replaced(BORDEREAU, 'tag = "assumed"\nfree', "free"), BORDEREAU, "commission_percent.free", "no tag"),
    ("two lists of one name", replaced(BORDEREAU, 'code = "lloyds-5-2"', 'code = "premium"'), BORDEREAU, "profiles", "more than once"),
    ("list that can't stand in an address", replaced(BORDEREAU, 'code = "lloyds-5-2"', 'code = "Lloyds 5.2"'), BORDEREAU, "profiles[1].code", "address"),
    ("mistyped key", replaced(PRODUCT, "application_deadline_day", "application_deadlin_day"), PRODUCT, "calendar.application_deadlin_day", "Did you mean"),
    ("deadline on the 31st", replaced(PRODUCT, "deadline_day = 20", "deadline_day = 31"), PRODUCT, "calendar.application_deadline_day", "at most 28"),
    ("free cover that nothing is said of", replaced(PRODUCT, "[free_cover]", "[not_free_cover]"), PRODUCT, "free_cover", "[free_cover] is missing"),
    ("free cover that starts some day", replaced(PRODUCT, '"day_of_joining"', '"day_of_joinig"'), PRODUCT, "free_cover.starts", 'Did you mean "day_of_joining"?'),
    ("free cover that ends some day", replaced(PRODUCT, 'ends = "first_of_next_month"', 'ends = "first_of_nxt_month"'), PRODUCT, "free_cover.ends", 'Did you mean "first_of_next_month"?'),
    ("class change with a slip", replaced(PRODUCT, 'on_class_change = "continue"', 'on_class_change = "continues"'), PRODUCT, "free_cover.on_class_change", 'Did you mean "continue"?'),
    ("free cover with a mistyped key", replaced(PRODUCT, "issue_days_before_turn", "issue_day_before_turn"), PRODUCT, "free_cover.issue_day_before_turn", "Did you mean"),
    ("free cover issued a year ahead", replaced(PRODUCT, "issue_days_before_turn = 30", "issue_days_before_turn = 365"), PRODUCT, "free_cover.issue_days_before_turn", "at most 180"),
    ("unknown role", replaced(PRODUCT, 'role = "insurer"', 'role = "insurers"'), PRODUCT, "parties[1].role", 'Did you mean "insurer"?'),
    ("unknown cost line", replaced(PRODUCT, '"dispute"]', '"disputes"]'), PRODUCT, "sections[free].cost_lines", 'Did you mean "dispute"?'),
    ("service in an unknown section", replaced(PRODUCT, 'sections = ["paid"]', 'sections = ["paied"]'), PRODUCT, "services[0].sections", 'Did you mean "paid"?'),
    ("day with a time", replaced(PRODUCT, "= 2026-12-01", "= 2026-12-01T16:00:00"), PRODUCT, "effective_date", "without a time"),
    ("unknown placeholder", replaced("wording/overview.toml", "{P100.liability_limit}", "{P100.liabilty_limit}"), "wording/overview.toml", "points[0].ja", 'Did you mean "P100.liability_limit"?'),
    ("figure instead of a placeholder", replaced("wording/overview.toml", "{free.liability_limit}まで", "50万円まで"), "wording/overview.toml", "paragraphs[0].ja", "Write {free.liability_limit}"),
    ("window that closes before it opens", replaced(PRODUCT, "closes_hour = 17", "closes_hour = 9"), PRODUCT, "contact.closes_hour", "before it opens"),
    ("window that opens on no day", replaced(PRODUCT, '["mon", "tue", "wed", "thu", "fri"]', "[]"), PRODUCT, "contact.weekdays", "on no day"),
    ("hours that are not those of the sentence", replaced(PRODUCT, "closes_hour = 17", "closes_hour = 18"), PRODUCT, "contact.hours.ja", "午後6時"),
    ("day off that no year has", replaced(PRODUCT, "to_day = 3", "to_day = 32"), PRODUCT, "closed_periods[0].to_day", "at most 31"),
    ("day off that its month doesn't have", replaced(PRODUCT, "from_month = 12\nfrom_day = 29", "from_month = 2\nfrom_day = 30"), PRODUCT, "closed_periods[0].from_day", "no day 30"),
    ("days off without a tag", replaced(PRODUCT, 'to_day = 3\ntag = "assumed"', "to_day = 3"), PRODUCT, "from_month", "no tag"),
    ("days off with a slip", replaced(PRODUCT, "from_month =", "form_month ="), PRODUCT, "closed_periods[0].form_month", 'Did you mean "from_month"?'),
    ("heading of a file of members that means two things", replaced(PRODUCT, 'name = ["会員名"', 'name = ["会員番号"'), PRODUCT, "membership_feed.headings.name", "means number already"),
    ("heading that means two things in another width", replaced(PRODUCT, '"TEL"', '"ｅ-ｍａｉｌ"'), PRODUCT, "membership_feed.headings.telephone", "means email already"),
    ("heading for an unknown field", replaced(PRODUCT, "name_kana =", "name_kata ="), PRODUCT, "membership_feed.headings.name_kata", 'Did you mean "name_kana"?'),
    ("field without a heading", replaced(PRODUCT, 'act = ["異動区分", "異動", "処理区分", "change", "act"]', "act = []"), PRODUCT, "membership_feed.headings.act", "at least one text"),
    ("values for an unknown member class", replaced(PRODUCT, "basic = [", "basics = ["), PRODUCT, "membership_feed.classes.basics", 'Did you mean "basic"?'),
    ("value that means two member classes", replaced(PRODUCT, '"トータルプラン"', '"ﾍﾞｰｼｯｸﾌﾟﾗﾝ"'), PRODUCT, "membership_feed.classes.total", "means basic already"),
    ("value that is the code of another member class", replaced(PRODUCT, '"トータルプラン"', '"PAP"'), PRODUCT, "membership_feed.classes.pap", "means total already"),
    ("value that means joining and leaving", replaced(PRODUCT, '"解約"', '"新規"'), PRODUCT, "membership_feed.acts.left", "means joined already"),
    ("brake that holds nothing", replaced(PRODUCT, "ended_permille = 20", "ended_permille = 1001"), PRODUCT, "membership_feed.ended_permille", "at most 1000"),
    ("brake that holds everything", replaced(PRODUCT, "class_halved_percent = 50", "class_halved_percent = 0"), PRODUCT, "membership_feed.class_halved_percent", "at least 1"),
    ("member numbers of no length", replaced(PRODUCT, "digits_least = 8", "digits_least = 9"), PRODUCT, "membership_feed.number_digits_least", "more than number_digits_most"),
    ("file of members with a slip", replaced(PRODUCT, "ended_permille = 20", "ended_permil = 20"), PRODUCT, "membership_feed.ended_permil", 'Did you mean "ended_permille"?'),
    ("brake without a tag", replaced(PRODUCT, '[membership_feed]\ntag = "assumed"', "[membership_feed]"), PRODUCT, "membership_feed.ended_permille", "no tag"),
    ("no consultation", removed(CONSULTATION), CONSULTATION, "", "missing"),
    ("item to pass", replaced(CONSULTATION, 'code = "risk"', 'code = "rsk"'), CONSULTATION, "referral.items[rsk]", "risk"),
    ("consultation with a slip", replaced(CONSULTATION, "at_hand =", "athand ="), CONSULTATION, "athand", 'Did you mean "at_hand"?'),
    ("purpose that names no operator of ours", replaced(CONSULTATION, "{operator}", "{oprator}"), CONSULTATION, "purpose.ja", 'Did you mean "operator"?'),
    ("purpose in one language", replaced(CONSULTATION, ", en = \"What you send", ", eng = \"What you send"), CONSULTATION, "purpose.en", "missing"),
    ("telephone number instead of a placeholder", replaced(CONSULTATION, "{phone}", "0120-008588"), CONSULTATION, "referral.withdrawal.ja", "Write {phone}"),
    ("referral to an unknown party", replaced(CONSULTATION, 'recipient = "agency"', 'recipient = "agent"'), CONSULTATION, "referral.items[0].recipient", 'Did you mean "agency"?'),
    ("referral without consent", replaced(CONSULTATION, "\nconsent =", "\nagreement ="), CONSULTATION, "referral.consent", "missing"),
    ("referral that passes the same twice", replaced(CONSULTATION, 'code = "risk"', 'code = "contact"'), CONSULTATION, "referral.items[1].code", "twice"),
    ("text without a section", put("wording/privacy.toml", b'must_be_opened = true\nsections = []\n'), "wording/privacy.toml", "sections", "no section"),
    ("missing text for information", removed("wording/claims_guide.toml"), "wording/claims_guide.toml", "", "missing"),
    ("mistyped text for information", put("wording/claim_guide.toml", b""), "wording/claim_guide.toml", "", "not known"),
    ("text for information without a section", put("wording/parties.toml", b'sections = []'), "wording/parties.toml", "sections", "no section"),
    ("consent in a text for information", replaced("wording/commerce.toml", "\n[[sections]]", '\nconsent = { ja = "同意します", en = "I consent" }\n[[sections]]'), "wording/commerce.toml", "consent", "asks for no consent"),
    ("text before consent without its consent", replaced("wording/privacy.toml", "consent = ", "consents = "), "wording/privacy.toml", "consent", 'Did you mean "consents"?'),
    ("section of an unknown kind", replaced("wording/claims_guide.toml", '"not_to_do"', '"not_todo"'), "wording/claims_guide.toml", "sections[2].kind", 'Did you mean "not_to_do"?'),
    ("section with nothing in it", replaced("wording/parties.toml", "\n[[sections]]", '\n[[sections]]\nheading = { ja = "あ", en = "a" }\n[[sections]]'), "wording/parties.toml", "sections[0].paragraphs", "needs paragraphs or points"),
    ("steps without a step", replaced("wording/parties.toml", "[[sections]]", '[[sections]]\nkind = "steps"'), "wording/parties.toml", "sections[0].points", "needs points"),
    ("number of the hotline instead of its placeholder", replaced("wording/claims_guide.toml", "{service.hotline.phone}。", "0120-000-000。"), "wording/claims_guide.toml", "points[0].ja", "Write {service.hotline.phone}"),
    ("unknown service in a text", replaced("wording/claims_guide.toml", "{service.hotline.phone}", "{service.hotlin.phone}"), "wording/claims_guide.toml", "points[0].ja", 'Did you mean "service.hotline.phone"?'),
    ("rule of an unknown kind", replaced(RULES, 'kind = "industry_in"', 'kind = "industry_is"'), RULES, "rules[1].kind", 'Did you mean "industry_in"?'),
    ("rule for an unknown industry", replaced(RULES, '["bank"]', '["banks"]'), RULES, "rules[2].industries", 'Did you mean "bank"?'),
    ("rule on an unasked question", replaced(RULES, 'question = "past_event"', 'question = "past_events"'), RULES, "rules[4].question", 'Did you mean "past_event"?'),
    ("rule on an impossible answer", replaced(RULES, 'answer = "yes"', 'answer = "yess"'), RULES, "rules[4].answer", 'Did you mean "yes"?'),
    ("rule with a key of another kind", replaced(RULES, 'industries = ["bank"]', 'industries = ["bank"]\nanswer = "yes"'), RULES, "rules[2].answer", "no such key"),
    ("rule code twice", replaced(RULES, '"BANK"', '"MEDICAL"'), RULES, "rules[2].code", "twice"),
    ("question twice", replaced(QUESTIONS, '"notified_breach"', '"past_event"'), QUESTIONS, "questions[6].code", "twice"),
    ("answer twice", replaced(QUESTIONS, 'code = "card"', 'code = "my_number"'), QUESTIONS, "options[2].code", "twice"),
    ("question without a reason", replaced(QUESTIONS, "why = ", "whi = "), QUESTIONS, "questions[0].why", "missing"),
    ("premium that does not come out", replaced(EXAMPLE, "term_premium_yen = 144630", "term_premium_yen = 144640"), EXAMPLE, "expected.term_premium_yen", "144,630 came out"),
    ("step that does not come out", replaced(EXAMPLE, "192836.7324", "192836.7325"), EXAMPLE, "expected.steps.plan", "came out"),
    ("example that is not referred", replaced("examples/06-sales-limit.toml", "100000000", "99999999"), "examples/06-sales-limit.toml", "expected.referred", "accepted"),
    ("example of an unknown plan", replaced(EXAMPLE, '"P300"', '"P301"'), EXAMPLE, "facts.plan", "Did you mean"),
    ("example over 13 months", replaced(EXAMPLE, "2027-03-01", "2026-11-01"), EXAMPLE, "facts.expiry_on", "12 whole months"),
    ("example step in words", replaced(EXAMPLE, '"84422"', '"much"'), EXAMPLE, "expected.steps.industry", "exact figure"),
    ("nothing said of what is not covered", removed_tables(PRODUCT, "not_covered"), PRODUCT, "not_covered", "[[not_covered]]"),
    ("thing not covered twice", replaced(PRODUCT, 'code = "ransom"', 'code = "own_interruption"'), PRODUCT, "not_covered[1].code", "twice"),
    ("nothing instead of what is not covered", replaced(PRODUCT, "instead = ", "insted = "), PRODUCT, "not_covered[0].instead", 'Did you mean "insted"?'),
    ("no scenario", removed_tables(PRODUCT, "scenarios"), PRODUCT, "scenarios", "[[scenarios]]"),
    ("scenario twice", replaced(PRODUCT, 'code = "claims"', 'code = "data_lost"'), PRODUCT, "scenarios[2].code", "twice"),
    ("scenario of an unknown cost line", replaced(PRODUCT, 'cost_line = "restoration"', 'cost_line = "restorations"'), PRODUCT, "scenarios[0].cost_line", 'Did you mean "restoration"?'),
    ("scenario that costs nothing", replaced(PRODUCT, "cost_yen = 10_000_000", "cost_yen = 0"), PRODUCT, "scenarios[0].cost_yen", "too small"),
    ("cost of a scenario without a tag", replaced(PRODUCT, 'cost_yen_tag = "published"\n', ""), PRODUCT, "scenarios[data_lost].cost_yen", "no tag"),
    ("scenario without a story", replaced(PRODUCT, 'story = { ja = "委託先', 'stary = { ja = "委託先'), PRODUCT, "scenarios[1].story", 'Did you mean "stary"?'),
    ("more examples without English", replaced(PRODUCT, ', en = "An attack stopped your system', ', eng = "An attack stopped your system'), PRODUCT, "more_examples[0].en", "missing"),
    ("exclusions that can't be found", replaced("wording/points_to_note.toml", 'code = "exclusions"', 'code = "exclusion"'), "wording/points_to_note.toml", "sections", 'Did you mean "exclusion"?'),
    ("exclusions without their code", replaced("wording/points_to_note.toml", 'code = "exclusions"\n', ""), "wording/points_to_note.toml", "sections", 'Write code = "exclusions"'),
    ("missing answers", removed(FAQ), FAQ, "questions", "no question is answered"),
    ("answers under another name", renamed(FAQ, "faqs.toml"), "faqs.toml", "", 'Did you mean "faq.toml"?'),
    ("slug twice", replaced(FAQ, 'slug = "what-is-paid"', 'slug = "free-or-paid"'), FAQ, "questions[1].slug", "twice"),
    ("slug that leads elsewhere", replaced(FAQ, 'slug = "what-is-paid"', 'slug = "//evil.example"'), FAQ, "questions[1].slug", "can't be an address"),
    ("slug with capitals", replaced(FAQ, 'slug = "what-is-paid"', 'slug = "What-Is-Paid"'), FAQ, "questions[1].slug", "small letters"),
    ("endless slug", replaced(FAQ, 'slug = "what-is-paid"', f'slug = "{"a" * 61}"'), FAQ, "questions[1].slug", "at most 60"),
    ("question in an unknown group", replaced(FAQ, 'group = "premium"', 'group = "premiums"'), FAQ, "group", 'Did you mean "premium"?'),
    ("group twice", replaced(FAQ, 'code = "joining"', 'code = "premium"'), FAQ, "groups[2].code", "twice"),
    ("group without a question", replaced(FAQ, '[[groups]]\ncode = "premium"', '[[groups]]\ncode = "spare"\nname = { ja = "予備", en = "Spare" }\n\n[[groups]]\ncode = "premium"'), FAQ, "groups[spare]", "no question"),
    ("unknown related question", replaced(FAQ, '"how-limits-work", "who-may', '"how-limit-works", "who-may'), FAQ, "questions[free-or-paid].related", 'Did you mean "how-limits-work"?'),
    ("question related to itself", replaced(FAQ, '"how-limits-work", "who-may', '"free-or-paid", "who-may'), FAQ, "questions[free-or-paid].related", "itself"),
    ("answer without English", replaced(FAQ, ', en = "The organiser may end', ', an = "The organiser may end'), FAQ, "answer[2].en", "missing"),
    ("question without an answer", replaced(FAQ, "answer = [", "answers = ["), FAQ, "questions[0].answer", 'Did you mean "answers"?'),
    ("answer without a paragraph", put(FAQ, ONE_QUESTION), FAQ, "questions[0].answer", "no paragraph"),
    ("unknown placeholder in an answer", replaced(FAQ, "{card_brands}", "{card_brand}"), FAQ, "answer[0].ja", 'Did you mean "card_brands"?'),
    ("figure in an answer", replaced(FAQ, "{free.liability_limit}までの", "50万円までの"), FAQ, "answer[0].ja", "Write {free.liability_limit}"),
    ("unknown key in an answer", replaced(FAQ, "on_first_page = true", "on_firstpage = true"), FAQ, "questions[0].on_firstpage", 'Did you mean "on_first_page"?'),
    ("answers that are no TOML", replaced(FAQ, "[[groups]]", "[[groups]"), FAQ, "", "not valid TOML"),
    ("missing file", removed("wording/privacy.toml"), "wording/privacy.toml", "", "missing"),
    ("missing notes", removed("notes.md"), "notes.md", "", "missing"),
    ("missing rate table", removed(BAND), BAND, "", "missing"),
    ("missing product.toml", removed(PRODUCT), PRODUCT, "", "missing"),
    ("file that is not known", put("rates/industries.csv", b"x"), "rates/industries.csv", "", "not known"),
    ("invalid TOML", replaced(RULES, "[[rules]]", "[[rules]"), RULES, "", "not valid TOML"),
    ("invalid CSV", replaced(INDUSTRY, '"trading houses, wholesalers"', '"trading houses, "wholesalers"'), INDUSTRY, "line", "not valid CSV"),
    ("empty CSV", put(BAND, b""), BAND, "line 1", "empty"),
    ("heading only", put(PLAN, b"code,factor_times,tag\n"), PLAN, "line 2", "no row"),
    ("Shift_JIS", put(INDUSTRY, SHIPPED[INDUSTRY].decode().encode("cp932")), INDUSTRY, "byte", "Shift_JIS"),
    ("UTF-16", put(INDUSTRY, SHIPPED[INDUSTRY].decode().encode("utf-16")), INDUSTRY, "byte", "UTF-16"),
    ("byte order mark", put(PLAN, b"\xef\xbb\xbf" + SHIPPED[PLAN]), PLAN, "byte 0", "byte order mark"),
    ("huge file", put("notes.md", b"x" * 1_000_001), "notes.md", "", "at most 1,000,000"),
    ("deeply nested TOML", put(QUESTIONS, b"a = " + b"[" * 5000), QUESTIONS, "", "not valid TOML"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("plant", "file", "place", "says"), [row[1:] for row in DEFECTS], ids=[row[0] for row in DEFECTS]
)
def test_planted_defect_is_found_at_its_place(plant: Callable[[Files], None], file: str, place: str, says: str) -> None:
    files = dict(SHIPPED)
    plant(files)
    findings = check_product(files)
    fitting = [one for one in findings if one.file == file and place in one.place and says in str(one)]
    assert fitting, "\n".join(map(str, findings)) or "nothing was found"


def test_all_findings_are_told_at_once_and_in_order() -> None:
    files = dict(SHIPPED)
    for _, plant, *_ in (DEFECTS[0], DEFECTS[7], DEFECTS[19]):
        plant(files)
    findings = check_product(files)
    assert {BAND, INDUSTRY, PLAN} <= {finding.file for finding in findings}
    assert findings == sorted(findings)
    assert len(findings) == len(set(findings))


def test_parsing_refuses_with_every_finding() -> None:
    files = dict(SHIPPED)
    replaced(PRODUCT, "cost_limit_yen = 10_000_000", "cost_limit_yen = -1")(files)
    replaced(PLAN, "P300,1.62", "P300,")(files)
    with pytest.raises(ProductInvalid) as refused:
        parse_product(files)
    assert {finding.file for finding in refused.value.findings} == {PRODUCT, PLAN}
    assert "negative" in str(refused.value)


def test_nothing_at_all_is_a_list_of_missing_files() -> None:
    findings = check_product({})
    assert {"product.toml", "eligibility.toml", "questions.toml", "rates/base.csv"} <= {one.file for one in findings}


def test_two_versions_on_one_day_are_found() -> None:
    day = date(2026, 12, 1)
    findings = check_versions([("cyber/2026-12-01", day), ("cyber/2027-12-01", day)])
    assert [finding.message for finding in findings] == [
        "cyber/2026-12-01 takes effect on 2026-12-01 too; a day has one version.",
        "the folder is named 2027-12-01, the version takes effect on 2026-12-01.",
    ]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SHIPPED)), st.binary(max_size=60), st.integers(0, 10**6))
def test_no_bytes_make_the_check_stumble(file: str, junk: bytes, where: int) -> None:
    files = dict(SHIPPED)
    content = files[file]
    cut = where % (len(content) + 1)
    files[file] = content[:cut] + junk + content[cut:]
    assert all(isinstance(finding, Finding) for finding in check_product(files))


@settings(max_examples=60)
@given(st.sampled_from(sorted(SHIPPED)), st.integers(0, 10**6), st.integers(1, 255))
def test_digest_changes_with_every_byte(file: str, where: int, by: int) -> None:
    files = dict(SHIPPED)
    content = bytearray(files[file])
    content[where % len(content)] ^= by
    files[file] = bytes(content)
    assert product_digest(files) != product_digest(SHIPPED)


def test_digest_knows_names_and_borders_but_not_the_order() -> None:
    shuffled = dict(reversed(SHIPPED.items()))
    assert product_digest(shuffled) == product_digest(SHIPPED)
    assert product_digest({"a": b"bc"}) != product_digest({"ab": b"c"})
    assert product_digest({"a": b"", "b": b""}) != product_digest({"a": b""})
    assert product_digest(files_of(BEFORE)) != product_digest(SHIPPED)


def test_wording_digest_changes_with_the_words() -> None:
    digests = {wording_digest(document) for document in product().wording}
    assert len(digests) == 4
    assert text_digest(Text("あ", "a")) != text_digest(Text("あ", "b"))
    assert text_digest(Text("あ", "a"), Text("い", "b")) != text_digest(Text("い", "b"), Text("あ", "a"))
