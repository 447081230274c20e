"""Every page of the product is looked at, in both languages, on a telephone and at a desk: pictures in var/screens/."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.architecture.test_access_matrix import FOR_MACHINES, MATRIX
from tests.journeys import (
    scenes_audit,
    scenes_consultation,
    scenes_cover,
    scenes_desk,
    scenes_figures,
    scenes_letters,
    scenes_looks,
    scenes_member,
    scenes_money,
    scenes_portal,
    scenes_products,
    scenes_public,
    scenes_referrals,
    scenes_staff,
)
from tests.journeys.conftest import TABLET, TELEPHONE, look_at
from tests.journeys.gallery import ENGLISH, SCENES, Visitor, route_of
from tests.journeys.site import RunningSite

pytestmark = pytest.mark.journey
SCENE_FILES = (
    scenes_public,
    scenes_portal,
    scenes_member,
    scenes_desk,
    scenes_money,
    scenes_cover,
    scenes_looks,
    scenes_letters,
    scenes_staff,
    scenes_audit,
    scenes_consultation,
    scenes_referrals,
    scenes_products,
    scenes_figures,
)
WITHOUT_A_PICTURE = FOR_MACHINES | {
    # for machines, and what browsers and other people's pages show of ours
    "site:robots",
    "site:sitemap",
    "site:share_picture",
    "site:icon",
    "site:favicon",
    "site:apple_touch_icon",
    "site:manifest",
    "portal:application",  # leads on to the step that is open
    "portal:sign_out",  # leads on to the first page
    "portal:passkey_sign_in",  # asked by the script of the page of signing in
    "portal:organiser_sign_in",  # leads to the organiser's page, and needs one: seen in test_member_door
    "portal:organiser_return",
    "portal:postcode",  # a part of the company step, seen there
    "portal:status",  # a part of the page after paying, seen there
    "desk:work_changes",  # a part of the desk's first page
    "desk:run_again",  # a button of the desk's first page, seen there
    "portal:change_pay",  # leads to the card page
    "portal:change_status",  # a part of the page after paying
    "portal:change_left",  # the page of the change, seen there
    "portal:change_give_up",  # leads back to it
    "desk:consultation_take",  # leads back to the consultation
    "desk:give_up",  # leads back to the certificate
    "desk:paper",
    "desk:product_restore",  # a button of the draft's page, seen there
    # files of the desk
    "desk:product_compare_file",
    "desk:template",
    "desk:set_aside_file",
    "desk:bordereau_file",
    "desk:export_file",
    "desk:audit_file",
    "desk:complaints_file",
    "desk:complaint_note",  # leads back to the complaint, or shows it with what is missing: seen there
    "desk:data_request_note",  # likewise
    "desk:figures_file",
    "desk:figure_rows_file",
    # papers, which are drawn below
    "site:estimate",
    "site:important_matters",
    "site:paper",
    "site:paper_of_version",
    "portal:document_pdf",
    "portal:paper",
    "portal:free_certificate",
    # files
    "portal:data_download",
    "portal:accounting_file",
}


def test_every_page_of_the_access_matrix_has_a_scene() -> None:
    assert {scene.route for scene in SCENES} == MATRIX.keys() - WITHOUT_A_PICTURE


def test_every_scene_has_a_name_of_its_own() -> None:
    assert len({scene.name for scene in SCENES}) == len(SCENES)


@pytest.mark.parametrize(
    "prefix",
    [  # a worker for each language, so that both cores look at pages
        pytest.param("", marks=pytest.mark.xdist_group("pictures-ja"), id="ja"),
        pytest.param(ENGLISH, marks=pytest.mark.xdist_group("pictures-en"), id="en"),
    ],
)
@pytest.mark.parametrize("scenes", SCENE_FILES, ids=lambda module: module.__name__.rpartition("_")[2])
def test_every_page_is_readable_for_everybody(
    site: RunningSite, open_browser: Callable[..., Page], scenes: object, prefix: str
) -> None:
    visitor = Visitor(site, open_browser(TELEPHONE).context, prefix)
    for scene in SCENES:
        if scene.show.__module__ != getattr(scenes, "__name__", ""):
            continue
        visitor.page.emulate_media(media="screen")
        scene.show(visitor)
        assert route_of(visitor.page.url) == scene.route, f"{scene.name} is at {visitor.page.url}"
        visitor.page.emulate_media(media="print" if scene.printed else "screen")
        for size in scene.sizes:
            visitor.page.set_viewport_size(size)
            look_at(visitor.page, f"page-{scene.name}", with_axe=size != TABLET)
