"""The queue of whoever asks, at the moment of the request."""

from __future__ import annotations

from django.http import HttpRequest

from sonae.apps.work.queue import Queue, Viewer
from sonae.web.desk.access import rights_here
from sonae.web.shared.access import person
from sonae.web.shared.context import programme_of
from sonae.web.shared.moment import now


def queue_of(request: HttpRequest) -> Queue:
    """Its kinds are those that the person's rights let them see."""
    user = person(request)
    viewer = Viewer.of(user_id=user.pk, organisation_id=user.organisation_id, rights=rights_here(request))
    return Queue(viewer, programme_of(request).contact, now(request))
