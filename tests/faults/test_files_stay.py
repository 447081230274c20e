"""What an application costs the database: the files of the product, some hundred kilobytes, are never read again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sonae.apps.programmes.models import ProductVersion
from sonae.apps.programmes.product_files import product_of
from tests.faults.world import World

pytestmark = pytest.mark.faults
FILES = '"programmes_productversion"."files"'


def test_no_statement_from_the_first_step_to_the_cover_reads_the_files_of_the_product(world: World) -> None:
    for version in ProductVersion.objects.all():
        product_of(version)
    with CaptureQueriesContext(
        connection,
    ) as statements:
        application = world.applied()
        _, payment = world.authorised(application=application)
        world.settle(payment)
    assert world.states(application) == ("issued", "captured")
    assert len(statements) > 100
    assert [statement["sql"][:200] for statement in statements if FILES in statement["sql"]] == []
