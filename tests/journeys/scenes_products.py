"""Scenes of product versions at the desk: from the list over a draft with a slip to the second person who publishes it."""

from __future__ import annotations

import io
import re
import secrets
import zipfile

from playwright.sync_api import expect

from tests.domain.versions import AFTER, files_of
from tests.journeys.gallery import Visitor, scene

PREPARES, PUBLISHES = "suuri-1@hoken.example", "suuri-2@hoken.example"
TRIED = "2025-12-01"  # the scheme year out of which people would renew


def zip_for(day: str) -> bytes:
    """The shipped version for another day, with a dearer trade and the builders cheaper."""
    files = files_of(AFTER)
    files["product.toml"] = files["product.toml"].replace(AFTER.encode(), day.encode(), 1)
    table, factor = files["rates/industry.csv"].decode(), "1.20" if day < "2028" else "1.35"
    files["rates/industry.csv"] = (
        re.sub(r'("trading[^"]*"),0\.68', rf"\g<1>,{factor}", table).replace(",1.60,", ",1.50,").encode()
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in files.items():
            container.writestr(f"{day}/{name}", content)
    return packed.getvalue()


@scene("desk:products")
def desk_products(visitor: Visitor) -> None:
    visitor.come_as(PREPARES)
    visitor.go("/desk/products/")
    visitor.says("公開した改定版", "Published versions")


@scene("desk:product_begin")
def desk_product_begin(visitor: Visitor) -> None:
    visitor.page.locator("main .button.primary").click()
    visitor.says("もとにするもの", "Begins with")


@scene("desk:product_begin")
def desk_product_begin_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("名前を入れてください", "Please give it a name")


@scene("desk:product_draft")
def desk_product_draft(visitor: Visitor) -> None:
    day = "2028-12-01" if visitor.prefix else "2027-12-01"  # each language publishes a version of its own
    page = visitor.page
    page.locator("input[name=name]").fill("Revision for 2028" if visitor.prefix else "2027年度の改定案")
    page.locator("input[name=base][value=zip]").check(force=True)
    page.locator("input[type=file]").set_input_files(
        {"name": "v.zip", "mimeType": "application/zip", "buffer": zip_for(day)}
    )
    visitor.press()
    visitor.says("保存の履歴", "Revisions")


@scene("desk:product_file")
def desk_product_file(visitor: Visitor) -> None:
    visitor.page.get_by_role("link", name="rates/industry.csv").first.click()
    visitor.says("このファイルへの指摘", "Findings in this file")


@scene("desk:product_file")
def desk_product_file_with_findings(visitor: Visitor) -> None:
    area = visitor.page.locator("textarea")
    area.fill(area.input_value().replace(",0.69,", ",0,69,", 1).replace("retail,", "retial,", 1))
    visitor.press()
    visitor.says("行目" if not visitor.prefix else "Line", "Line")


@scene("desk:product_file")
def desk_product_file_moved_on(visitor: Visitor) -> None:
    area, seen = visitor.page.locator("textarea"), visitor.page.locator("main form input[name=seen]").first
    mended = area.input_value().replace(",0,69,", ",0.69,", 1).replace("retial,", "retail,", 1)
    seen.evaluate("field => { field.value = 'f'.repeat(64) }")
    area.fill(mended)
    visitor.press()
    visitor.says("まだ何も上書きしていません", "Nothing has been written over")


@scene("desk:product_draft")
def desk_product_draft_with_findings(visitor: Visitor) -> None:
    visitor.page.locator(".breadcrumb a").nth(1).click()
    visitor.says("このままでは公開できません", "It can’t be published as it stands")


@scene("desk:product_upload")
def desk_product_upload(visitor: Visitor) -> None:
    visitor.page.locator("main a[href$='/upload/']").click()
    visitor.says("いまあるファイル", "Files there are")


@scene("desk:product_upload")
def desk_product_upload_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("ファイルを選んでください", "Please choose a file")


@scene("desk:product_compare")
def desk_product_compare(visitor: Visitor) -> None:
    visitor.page.locator(".breadcrumb a").nth(1).click()
    visitor.page.locator("form[action$='/revisions/1/'] button").click()
    visitor.says("前の保存に戻しました", "The earlier revision is back")
    visitor.page.locator("main .desk-heading a[href*='/compare/']").click()
    visitor.says("卸売業", "Wholesale")


@scene("desk:product_effect")
def desk_product_effect_to_be_asked(visitor: Visitor) -> None:
    cover_a_few(visitor)
    visitor.page.go_back()
    visitor.page.locator("main a[href$='/effect/']").click()
    visitor.says("まだ試算していません", "Not worked out yet")


@scene("desk:product_effect")
def desk_product_effect(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.page.url.partition('?')[0]}?year={TRIED}")
    visitor.press()
    expect(visitor.page.locator("main .effect-picture")).to_be_visible(timeout=60_000)
    visitor.says("最も上がるもの", "Dearer by most")


def cover_a_few(visitor: Visitor) -> None:
    """Sixty paid certificates of the year that expires, of several kinds; the second of the two languages finds them there."""
    kinds = [("wholesale", 3_000_000), ("retail", 8_000_000), ("ecommerce", 20_000_000), ("information", 60_000_000)]
    for number in range(60):
        industry, sales = kinds[number % len(kinds)]
        if number % 20 == 19:
            industry = "medical"
        member = visitor.site.enter_member(f"見本商会{number}")
        visitor.site.sql(
            """WITH entered AS (
                 INSERT INTO certificates_certificate (number, member_id, scheme_year_id, section, starts_on, verification_code,
                   issued_at)
                 SELECT %s, m.id, y.id, 'paid', y.start_on, %s, now() FROM parties_member m, programmes_schemeyear y
                 WHERE m.number = %s AND y.start_on = %s RETURNING id, starts_on)
               INSERT INTO certificates_transaction (certificate_id, seq, kind, effective_date, recorded_at, patch, actor, reason,
                 rating_digest, total_premium_after, premium_difference)
               SELECT id, 1, 'new', starts_on, now(), jsonb_build_object('plan', %s::text, 'industry', %s::text, 'annual_sales',
                 %s::bigint), 'test', '', repeat('0', 64), 0, 0 FROM entered""",
            f"S{member.number}", secrets.token_hex(16), member.number, TRIED, ("P100", "P300", "P500")[number % 3], industry,
            sales,
        )  # fmt: skip


@scene("desk:product_publish")
def desk_product_publish(visitor: Visitor) -> None:
    visitor.page.locator(".breadcrumb a").nth(1).click()
    visitor.page.locator("main a[href$='/publish/']").click()
    visitor.says("別の担当者が確かめるまで", "until another person has agreed")


@scene("desk:product_publish")
def desk_product_publish_errors(visitor: Visitor) -> None:
    visitor.press()
    visitor.says("理由を入れてください", "Please give a reason")


@scene("desk:product_look")
def desk_product_look_own(visitor: Visitor) -> None:
    visitor.page.locator("textarea").fill("年次の改定" if not visitor.prefix else "yearly revision")
    visitor.press()
    visitor.says("申し出た本人は確かめられません", "Whoever asked can’t agree")


@scene("desk:product_look")
def desk_product_look(visitor: Visitor) -> None:
    asked = visitor.page.url
    visitor.come_as(PUBLISHES)
    visitor.page.goto(asked)
    visitor.says("確かめたので行う", "I have checked it: do it")


@scene("desk:product_look")
def desk_product_look_published(visitor: Visitor) -> None:
    visitor.page.locator("main .destructive").click()
    visitor.says("公開しました", "Published.")


@scene("desk:products")
def desk_products_published(visitor: Visitor) -> None:
    visitor.go("/desk/products/")
    visitor.says("公開済み", "Published for")
