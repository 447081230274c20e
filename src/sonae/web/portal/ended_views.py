"""The pages for an application that can't be changed: it is being paid, or it has ended."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.apps.enrolment.models import Application


def show_under_payment(request: HttpRequest, application: Application) -> HttpResponse:
    """Nothing is changed while the card page is open; both ways on are offered."""
    status = 409 if request.method == "POST" else 200
    return render(request, "portal/under_payment.html", {"application": application}, status=status)


def show_closed(request: HttpRequest, application: Application) -> HttpResponse:
    """Why it ended, and how to begin anew."""
    status = 409 if request.method == "POST" else 200
    return render(request, "portal/closed.html", {"application": application}, status=status)
