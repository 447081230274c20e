"""Which start an application can have: by the deadlines of every month (F16), or by the turn's calendar where it is a renewal."""

from __future__ import annotations

from datetime import date

from sonae.apps.enrolment.models import Application
from sonae.apps.programmes.queries import ProgrammeClosed, scheme_year_for_application
from sonae.domain.calendar import application_deadline
from sonae.domain.product.definition import Product
from sonae.domain.renewal_calendar import start_if_confirmed, turn_of


def start_holds(application: Application, product: Product, today: date) -> bool:
    """Whether cover can still begin on the application's day if it is paid for on that day."""
    if application.renewal_of_id is None:
        return today <= application_deadline(product.calendar, application.start_on)
    return _start_of_renewal(application, product, today) == application.start_on


def find_possible_start(application: Application, product: Product, today: date) -> date | None:
    """The start that it can have now; None where its scheme year can't be had any more."""
    if start_holds(application, product, today):
        return application.start_on
    if application.renewal_of_id is not None:
        return _start_of_renewal(application, product, today)
    try:
        year, start_on = scheme_year_for_application(today=today)
    except ProgrammeClosed:
        return None
    return start_on if year.pk == application.scheme_year_id else None


def _start_of_renewal(application: Application, product: Product, today: date) -> date | None:
    year = application.scheme_year
    return start_if_confirmed(product, turn_of(product, year.start_on), year.term, today)
