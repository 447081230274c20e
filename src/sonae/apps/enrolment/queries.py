"""Applications as their people see them. What isn't yours isn't there."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from sonae.apps.billing.models import Payment
from sonae.apps.enrolment.models import Application, DocumentOpening, StepAnswers
from sonae.apps.enrolment.starts import find_possible_start
from sonae.apps.enrolment.steps import Progress
from sonae.apps.parties.models import User
from sonae.apps.programmes.product_files import product_of

LIVING = (Application.State.DRAFT, Application.State.CONFIRMED, Application.State.PAYING)


def applications_of(*, user: User) -> QuerySet[Application]:
    """The applications of every member that this person acts for."""
    return (
        Application.objects.filter(member__people__user=user)
        .select_related("member", "user", "certificate", "renewal_of", "scheme_year__product_version")
        .defer("scheme_year__product_version__files")
    )


def find_application(*, user: User, public_id: str) -> Application | None:
    """The application of that address, if this person acts for its member."""
    return applications_of(user=user).filter(public_id=public_id).first()


def list_living_applications(*, user: User) -> list[Application]:
    """What this person can continue, newest first."""
    return list(applications_of(user=user).filter(state__in=LIVING).order_by("-changed_at"))


def progress_of(application: Application, *, today: date) -> Progress:
    """Everything saved for the application, seen on that day."""
    steps = {saved.step: saved for saved in StepAnswers.objects.filter(application=application)}
    opened = DocumentOpening.objects.filter(application=application).values_list("document", flat=True)
    return Progress(
        application=application,
        product=product_of(application.scheme_year.product_version),
        steps=steps,
        opened=frozenset(opened),
        today=today,
    )


def look_again(application: Application) -> None:
    """Read anew what another hand may have changed; what never does (member, person, scheme year, renewed cover) stays."""
    names = {field.name for field in Application._meta.concrete_fields}
    application.refresh_from_db(fields=sorted(names - {"id", "member", "user", "scheme_year", "renewal_of"}))


def year_is_over(progress: Progress) -> bool:
    """Whether neither the start of this application nor a later one of its scheme year can be had any more."""
    return find_possible_start(progress.application, progress.product, progress.today) is None


def find_latest_payment(application: Application) -> Payment | None:
    """The last try to pay for this application."""
    return Payment.objects.filter(purpose=f"enrol:{application.public_id}").order_by("created_at", "id").last()
