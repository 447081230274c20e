"""The loss facts that stand beside the products: read and checked once for each process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from sonae.apps.programmes.version_folder import read_folder
from sonae.domain.incident_costs.definition import LossFacts
from sonae.domain.incident_costs.parse import parse_loss_facts


@cache
def current_loss_facts() -> LossFacts:
    """What ``SONAE_LOSS_FACTS`` says. Raises LossFactsInvalid or FolderUnreadable where that is no sound folder."""
    return parse_loss_facts(read_folder(Path(settings.SONAE_LOSS_FACTS)))
