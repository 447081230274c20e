"""One believable set of facts for every paper: a small firm of accountants that joins in mid-term."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

from sonae.apps.documents.endorsement_facts import EndorsedChange, EndorsedMonths, EndorsementFacts, ReturnLine
from sonae.apps.documents.facts import (
    AnsweredQuestion,
    CertificateFacts,
    DisclosureCopyFacts,
    EstimateFacts,
    EstimatePlan,
    EstimateStep,
    Frame,
    FreeCertificateFacts,
    ImportantMattersFacts,
    Line,
    MattersPart,
    MattersSection,
    Party,
    Plan,
    ReceiptFacts,
    ShownDocument,
    exact_yen,
)
from sonae.apps.documents.plan_table import PlanTableFacts
from sonae.apps.documents.product_papers import ClaimsGuideFacts, TextPaperFacts
from sonae.apps.renewal.letter import Letter, OfferFacts, ReasonFacts, RefusalFacts, StepFacts, TurnFacts
from sonae.domain.calendar import JAPAN
from sonae.domain.period import Term
from sonae.domain.renewal import reason_of
from sonae.domain.renewal_calendar import turn_of
from sonae.domain.text import Text
from tests.domain.versions import product

DIGEST = "9f2c41d07be85a3316c0e4d25b7f8a90" * 2
VERIFICATION_URL = "https://sonae.example/verify/8Q4K-7ZMD-2XWP-H6TN"
MADE_AT = datetime(2027, 2, 8, 14, 2, tzinfo=JAPAN)
COVER = {
    "cover_from": datetime(2027, 3, 1, 16, tzinfo=JAPAN),
    "cover_until": datetime(2027, 12, 1, 16, tzinfo=JAPAN),
}
INDUSTRY = Text("士業・会計事務所等", "Professional and accounting firms")

FRAME = Frame(
    programme_name=Text("中小企業の団体サイバー保険", "Group cyber cover for small businesses"),
    parties=(
        Party(
            Text("引受保険会社", "Insurer"),
            Text("東京海上日動火災保険株式会社", "Tokio Marine & Nichido Fire Insurance Co., Ltd."),
        ),
        Party(Text("取扱代理店", "Agency"), Text("株式会社NTTRiskManager", "NTTRiskManager, Inc.")),
        Party(
            Text("受付窓口の運営", "Operator of the contact window"),
            Text("キューアンドエー株式会社", "Q&A Corporation"),
        ),
    ),
    phone="0120-008588",
    phone_hours=Text("平日 9時から17時まで（土日祝を除く）", "Weekdays 9:00 to 17:00, except public holidays"),
    product_version="2026-12-01",
    product_digest=DIGEST,
)

P100 = Plan("P100", Text("1億円プラン", "100 million yen plan"), 100_000_000, 10_000_000)
P300 = Plan("P300", Text("3億円プラン", "300 million yen plan"), 300_000_000, 50_000_000)
P500 = Plan("P500", Text("5億円プラン", "500 million yen plan"), 500_000_000, 50_000_000)

LIABILITY_LINES = (
    Line(
        Text("法律上の損害賠償金", "Damages owed by law"),
        Text("情報が漏れた方や取引先に支払う賠償金です。", "What you owe to the people and firms that were harmed."),
    ),
    Line(
        Text("争訟費用", "Dispute costs"),
        Text("訴訟や示談のための弁護士費用などです。", "Lawyers' fees for a lawsuit or a settlement."),
    ),
    Line(
        Text("協力費用", "Cooperation costs"),
        Text("保険会社の調査や解決に協力するための費用です。", "What it costs you to help the insurer settle."),
    ),
)
COST_LINES = (
    Line(
        Text("サイバー攻撃対応費用", "Incident response"),
        Text("被害を止めるための緊急の対応です。", "Urgent work to stop the harm."),
    ),
    Line(
        Text("原因・被害範囲調査費用", "Investigation"),
        Text("何が起き、どこまで及んだかを調べる費用です。", "Finding what happened and how far it went."),
    ),
    Line(
        Text("弁護士相談費用", "Lawyer's advice"),
        Text("進め方を弁護士に相談する費用です。", "Advice on how to proceed."),
    ),
    Line(
        Text("データ等復旧費用", "Restoration of data"),
        Text("失われたデータや機器を元に戻す費用です。", "Bringing lost data and machines back."),
    ),
    Line(
        Text("再発防止費用", "Prevention of recurrence"),
        Text("同じことを繰り返さないための費用です。", "Making sure it does not happen again."),
    ),
    Line(
        Text("見舞金・見舞品", "Consolation gifts"),
        Text("情報が漏れた方へのおわびの費用です。", "Gifts of apology to the people concerned."),
    ),
)
SERVICES = (
    Line(
        Text("緊急ホットライン", "Emergency hotline"),
        Text(
            "24時間365日、専門の窓口が事故の対応を一か所で引き受けます。",
            "Specialists handle any incident in one stop, day and night.",
        ),
    ),
    Line(
        Text("ベンチマークレポート", "Benchmark report"),
        Text(
            "自社のサイバーリスクを同業や過去の自社と比べます。",
            "Your cyber risk beside your industry's and your own past.",
        ),
    ),
)


def _plan(plan: Plan, factor: str, annual_premium: int, term_premium: int, monthly_equivalent: int) -> EstimatePlan:
    base = Fraction(64_940)
    after_industry = base * Fraction("1.30")
    after_band = after_industry * Fraction("1.41")
    after_plan = after_band * Fraction(factor)
    steps = (
        EstimateStep(
            "base",
            Text("基準の保険料", "Base premium"),
            Text("すべての計算のはじまり", "Where every premium starts"),
            "",
            "64940",
        ),
        EstimateStep("industry", Text("業種", "Industry"), INDUSTRY, "1.30", exact_yen(after_industry)),
        EstimateStep(
            "band",
            Text("申告売上高", "Declared annual sales"),
            Text("3,000万円超 5,000万円以下", "above 30 to 50 million yen"),
            "1.41",
            exact_yen(after_band),
        ),
        EstimateStep("plan", Text("プラン", "Plan"), plan.name, factor, exact_yen(after_plan)),
        EstimateStep(
            "rounding",
            Text("年間の保険料", "Annual premium"),
            Text("10円未満を四捨五入", "rounded to 10 yen"),
            "",
            str(annual_premium),
        ),
        EstimateStep("term", Text("期間", "Term"), Text("9か月分", "9 months"), "9/12", str(term_premium)),
    )
    return EstimatePlan(plan, annual_premium, term_premium, monthly_equivalent, steps)


ESTIMATE = EstimateFacts(
    frame=FRAME,
    quote_number="Q-2027-004817",
    made_at=MADE_AT,
    valid_until=date(2027, 3, 10),
    industry_name=INDUSTRY,
    annual_sales=48_000_000,
    **COVER,
    months=9,
    plans=(
        _plan(P100, "1.00", 119_040, 89_280, 9_920),
        _plan(P300, "1.62", 192_840, 144_630, 16_070),
        _plan(P500, "1.82", 216_640, 162_480, 18_054),
    ),
    chosen_plan="",
    services=tuple(service.name for service in SERVICES),
    conditions=(
        Text(
            "この保険期間でお申込みいただけるのは、2027年2月20日までです。",
            "For this period, apply by 20 February 2027.",
        ),
        Text(
            "申告売上高が1億円以上の方、医療機関、金融機関の方は、別のサイバー保険をご案内します。",
            "Firms with sales of 100 million yen or more, medical and financial institutions are shown another cover.",
        ),
    ),
)

CERTIFICATE = CertificateFacts(
    frame=FRAME,
    certificate_number="S26-001234",
    group_policy_number="G-7730021",
    made_at=MADE_AT,
    insured_name="髙﨑会計事務所",
    insured_address="〒154-0011 東京都世田谷区上馬1-2-3 蔵ビル4階",
    corporate_number="7000012050002",
    applicant_name="株式会社つちや商店",
    plan=P300,
    liability_lines=LIABILITY_LINES,
    cost_lines=COST_LINES,
    **COVER,
    industry_name=INDUSTRY,
    annual_sales=48_000_000,
    annual_premium=192_840,
    term_premium=144_630,
    services=SERVICES,
    hotline_phone="0120-000-000",
    verification_url=VERIFICATION_URL,
    verification_code="8Q4K-7ZMD",
)

FREE_CERTIFICATE = FreeCertificateFacts(
    frame=FRAME,
    certificate_number="C2026-1234567-8",
    group_policy_number="",
    made_at=MADE_AT,
    insured_name="髙﨑会計事務所",
    member_number="20000031",
    member_class_name=Text("弥生PAP会員", "Yayoi PAP member"),
    section_name=Text("無料補償", "Free cover"),
    liability_limit=500_000,
    liability_lines=LIABILITY_LINES[:2],
    not_covered=(LIABILITY_LINES[2], *COST_LINES, *SERVICES),
    paid_name=Text("有料プラン", "Paid plans"),
    **COVER,
    is_cancelled=False,
    verification_url="https://sonae.example/verify/8Q4K7ZMD2XWPH6TN8Q4K7ZMD2XWPH6TN/",
    verification_code="8Q4K-7ZMD-2XWP-H6TN-8Q4K-7ZMD-2XWP-H6TN",
)

RECEIPT = ReceiptFacts(
    frame=FRAME,
    receipt_number="R26-001234-01",
    made_at=MADE_AT,
    addressee="髙﨑会計事務所",
    honorific="御中",
    paid_on=date(2027, 2, 8),
    payment_yen=144_630,
    payee_name=FRAME.parties[0].name,
    card_brand="VISA",
    certificate_number="S26-001234",
    plan_name=P300.name,
    **COVER,
    tax_note=Text("保険料は消費税の非課税取引です。", "Premiums are exempt from consumption tax."),
    keeping_note=Text("電子データのまま保存してください。", "Keep it as electronic data."),
)

IMPORTANT_MATTERS = ImportantMattersFacts(
    frame=FRAME,
    made_at=MADE_AT,
    parts=(
        MattersPart(
            Text("契約概要", "Summary of the contract"),
            Text("この保険のしくみと補償の内容です。", "How this cover works and what it pays."),
            (
                MattersSection(
                    Text("しくみ", "How it works"),
                    (
                        Text(
                            "この保険は団体契約です。団体が保険契約者となり、会員の方が加入して被保険者になります。",
                            "This is a group contract: the group is the policyholder, its members join and are insured.",
                        ),
                    ),
                    (
                        Text("保険期間は毎年12月1日午後4時までです。", "Every cover ends on 1 December at 16:00."),
                        Text(
                            "更新は自動ではありません。年に一度のお手続きが要ります。",
                            "Renewal is not automatic; it is a procedure once a year.",
                        ),
                    ),
                ),
            ),
        ),
        MattersPart(
            Text("注意喚起情報", "Cautions"),
            Text(
                "不利益になることがある事柄です。必ずお読みください。",
                "What may be to your disadvantage. Be sure to read it.",
            ),
            (
                MattersSection(
                    Text("告知義務", "Duty of disclosure"),
                    (
                        Text(
                            "お尋ねしたことには事実をお答えください。答えが事実と違うと、保険金をお支払いできないことがあります。",
                            "Answer what is asked as it is in fact; otherwise claims may not be paid.",
                        ),
                    ),
                    (),
                ),
                MattersSection(
                    Text("クーリング・オフ", "Cooling-off"),
                    (Text("この保険はクーリング・オフの対象外です。", "There is no cooling-off for this cover."),),
                    (),
                ),
            ),
        ),
    ),
    plans=(P100, P300, P500),
    liability_lines=LIABILITY_LINES,
    cost_lines=COST_LINES,
)

DISCLOSURE_COPY = DisclosureCopyFacts(
    frame=FRAME,
    application_number="A-2027-000391",
    certificate_number="S26-001234",
    made_at=MADE_AT,
    insured_name="髙﨑会計事務所",
    applicant_name="株式会社つちや商店",
    answered_by="土屋 あい子",
    answered_at=datetime(2027, 2, 8, 13, 51, tzinfo=JAPAN),
    industry_name=INDUSTRY,
    annual_sales=48_000_000,
    questions=(
        AnsweredQuestion(
            "past_incident",
            2,
            Text(
                "過去5年以内に、情報の漏えいやサイバー攻撃による被害がありましたか。",
                "In the past five years, was there a leak of information or harm from a cyber attack?",
            ),
            Text("いいえ", "No"),
        ),
        AnsweredQuestion(
            "known_circumstances",
            1,
            Text(
                "これから事故につながりそうなことに、いま気づいていますか。",
                "Do you know of anything now that is likely to lead to an incident?",
            ),
            Text("いいえ", "No"),
        ),
    ),
    declarations=(
        Text("反社会的勢力に当たらず、関係もありません。", "The firm is no antisocial force and has no ties to one."),
    ),
    documents=(
        ShownDocument(
            Text("契約概要", "Summary of the contract"),
            "2026-12-01",
            DIGEST,
            datetime(2027, 2, 8, 13, 40, tzinfo=JAPAN),
        ),
        ShownDocument(
            Text("注意喚起情報", "Cautions"), "2026-12-01", DIGEST[::-1], datetime(2027, 2, 8, 13, 42, tzinfo=JAPAN)
        ),
    ),
)

CLAIMS_GUIDE = ClaimsGuideFacts.of(product(), DIGEST)
PLAN_TABLE = PlanTableFacts.of(product(), DIGEST)
TEXT_PAPER = TextPaperFacts.with_plans(product(), DIGEST, product().wording_document("overview"))

TURN = TurnFacts.of(
    product=product(), digest=DIGEST, dates=turn_of(product(), date(2026, 12, 1)),
    year=Term(date(2026, 12, 1), date(2027, 12, 1)), made_at=datetime(2026, 10, 2, 9, 5, tzinfo=JAPAN),
)  # fmt: skip
RENEWAL_OFFER = Letter(
    TURN,
    OfferFacts(
        addressee="髙﨑金属工業株式会社",
        honorific="御中",
        certificate_number="C2025-000391-7",
        industry_name=Text("製造業", "Manufacturing"),
        annual_sales=40_000_000,
        plan_code="P300",
        plan_name=P300.name,
        plan_name_before=P100.name,
        months_before=9,
        annual_premium_before=64_940,
        annual_premium=133_500,
        premiums=(82_410, 133_500, 149_980),
        steps=(
            StepFacts("sales", 26_630, False),
            StepFacts("industry", -22_900, False),
            StepFacts("tariff", 13_740, False),
            StepFacts("plan", 51_090, False),
        ),
        renewal_url="https://sonae.example/portal/renewal/C2025-000391-7/",
    ),
)
RENEWAL_REFUSED = Letter(
    TURN,
    RefusalFacts(
        addressee="医療法人みほん会",
        honorific="御中",
        certificate_number="C2025-000407-2",
        plan_name_before=P300.name,
        has_left=False,
        reasons=tuple(ReasonFacts.of(reason_of(product(), code)) for code in ("SALES_LIMIT", "MEDICAL")),
    ),
)
ENDORSEMENT = EndorsementFacts(
    frame=FRAME,
    endorsement_number="C2026-000017-3-2",
    certificate_number="C2026-000017-3",
    group_policy_number="見本-00-000001",
    made_at=MADE_AT,
    insured_name="見本会計事務所",
    kind="change",
    kind_name=Text("契約内容の変更", "Change of cover"),
    changes=(
        EndorsedChange(Text("プラン", "Plan"), P300.name, P100.name, datetime(2027, 6, 1, 16, tzinfo=JAPAN)),
        EndorsedChange(
            Text("番地", "Street"), Text("1-1", "1-1"), Text("2-14-3 見本ビル", "2-14-3 見本ビル"), date(2027, 5, 12)
        ),
    ),
    ends_at=None,
    goes_on_until=None,
    term_from=datetime(2026, 12, 1, 16, tzinfo=JAPAN),
    term_until=datetime(2027, 12, 1, 16, tzinfo=JAPAN),
    premium_before=154_560,
    premium_after=109_750,
    difference=-44_810,
    months_before=(EndorsedMonths(date(2026, 12, 1), date(2027, 12, 1), 12, P300.name, 154_560, "154560", False),),
    months_after=(
        EndorsedMonths(date(2026, 12, 1), date(2027, 6, 1), 6, P300.name, 154_560, "77280", False),
        EndorsedMonths(date(2027, 6, 1), date(2027, 12, 1), 6, P100.name, 64_940, "32470", False),
    ),
    kept_months=0,
    rounding_unit=10,
    minimum_retained=0,
    returns=(ReturnLine("VISA", "4242", 40_000), ReturnLine("JCB", "0505", 4_810)),
    unreturned_yen=0,
    paid_brand="",
    paid_last4="",
    reason="従業員が減り、預かる情報が少なくなったため",
    asked_by=Text("加入者（owner@sample.example）", "Member (owner@sample.example)"),
)

PAPERS = {
    "endorsement": ENDORSEMENT,
    "estimate": ESTIMATE,
    "certificate": CERTIFICATE,
    "free_certificate": FREE_CERTIFICATE,
    "receipt": RECEIPT,
    "important_matters": IMPORTANT_MATTERS,
    "disclosure_copy": DISCLOSURE_COPY,
    "claims_guide": CLAIMS_GUIDE,
    "plan_table": PLAN_TABLE,
    "text_paper": TEXT_PAPER,
    "renewal_offer": RENEWAL_OFFER,
    "renewal_refused": RENEWAL_REFUSED,
}
