"""Japan's holidays against the official list of 2026 and 2027, day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sonae.integrations.holidays.japan import is_holiday

OFFICIAL = {  # as the Cabinet Office published them
    2026: "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23",
    2027: "01-01 01-11 02-11 02-23 03-21 03-22 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 10-11 11-03 11-23",
}


@pytest.mark.parametrize("year", OFFICIAL)
def test_every_day_of_the_year_is_as_the_law_has_it(year: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    assert [f"{day:%m-%d}" for day in days if is_holiday(day)] == OFFICIAL[year].split()


@pytest.mark.parametrize("day", [date(2019, 4, 30), date(2019, 5, 1), date(2019, 5, 2), date(2019, 10, 22)])
def test_a_day_that_a_single_law_made_a_holiday_is_one(day: date) -> None:
    assert is_holiday(day)
    assert not is_holiday(day.replace(year=2022))
