"""``sonae staff``: the first people of an installation, moving somebody, and the way back in."""

from __future__ import annotations

import pytest

from sonae.apps.audit.models import AuditEntry
from sonae.apps.parties.models import Organisation, User
from sonae.apps.people.models import DeskNetwork, StaffPosition
from sonae.apps.people.second_factors import second_factors_of
from sonae.apps.people.staff import leaders_of, positions_of
from sonae.config import staff_command
from sonae.config.command_line import main
from sonae.config.starting import USAGE_ERROR
from sonae.domain.staff_rights import Position
from tests import cast, clock
from tests.web.door import give_app, newest_mail

pytestmark = pytest.mark.django_db
MADOGUCHI = ("--role", "operator", "--name", "例示窓口", "--name-en", "Example window")


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_command, "start_django", lambda: None)
    monkeypatch.setattr(staff_command, "now", clock.now)


def done(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["staff", *arguments]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that says why."""
    assert main(["staff", *arguments]) == USAGE_ERROR
    output = capsys.readouterr()
    assert (output.out, len(output.err.splitlines())) == ("", 1)
    return output.err.removeprefix("sonae: ").strip()


def add(email: str, organisation: str, *positions: str) -> tuple[str, ...]:
    given = (part for position in positions for part in ("--position", position))
    return ("add", email, "--organisation", organisation, *given)


def test_the_first_supervisor_of_an_installation(capsys: pytest.CaptureFixture[str]) -> None:
    assert "known are: none yet" in refused(capsys, *add("head@soudan.example", "operator", "supervisor"))
    assert done(capsys, "organisation", "operator", *MADOGUCHI) == "operator: operator, 例示窓口, Example window\n"
    said = done(capsys, *add("Head@Soudan.example", "operator", "supervisor", "solicitor"))
    assert said.startswith("Head@Soudan.example".lower() + ": operator, supervisor, solicitor.")
    user = User.objects.get(email="head@soudan.example")
    assert positions_of(user) == {Position.SUPERVISOR, Position.SOLICITOR}
    assert newest_mail(user.email).subject == "「例示窓口」の職員になりました"
    entry = AuditEntry.objects.get(action="staff.entered")
    assert entry.actor.startswith("command:")


def test_an_organisation_is_named_anew_and_keeps_its_role(capsys: pytest.CaptureFixture[str]) -> None:
    done(capsys, "organisation", "operator", *MADOGUCHI)
    done(capsys, "organisation", "operator", "--role", "operator", "--name", "新窓口", "--name-en", "New window")
    assert Organisation.objects.get().name_ja == "新窓口"
    assert (
        refused(capsys, "organisation", "operator", "--role", "insurer", "--name", "x", "--name-en", "x")
        == "operator is the operator already"
    )
    assert AuditEntry.objects.filter(action="organisation.entered").count() == 2


@pytest.fixture
def people() -> cast.Cast:
    return cast.call_in()


def test_who_works_there_or_elsewhere_is_not_added(capsys: pytest.CaptureFixture[str], people: cast.Cast) -> None:
    clerk = people.staff["operator"].email
    assert "is of the staff there already" in refused(capsys, *add(clerk, "operator", "clerk"))
    assert "works for another organisation" in refused(capsys, *add(clerk, "insurer", "clerk"))
    assert "is no e-mail address" in refused(capsys, *add("clerk", "insurer", "clerk"))
    assert not StaffPosition.objects.exists()


def test_moving_ends_what_was_and_begins_anew(capsys: pytest.CaptureFixture[str], people: cast.Cast) -> None:
    solicitor = cast.enter_staff("operator", Position.SOLICITOR)
    give_app(solicitor)
    done(capsys, "move", solicitor.email, "--organisation", "agency", "--position", "clerk")
    solicitor.refresh_from_db()
    assert solicitor.organisation == people.staff["agency"].organisation
    assert positions_of(solicitor) == {Position.CLERK}
    assert not solicitor.registrations.filter(ended_at=None).exists()
    assert not second_factors_of(solicitor).is_set_up


def test_the_last_supervisor_is_not_moved(capsys: pytest.CaptureFixture[str], people: cast.Cast) -> None:
    head = cast.enter_staff("operator", Position.SUPERVISOR)
    away = ("move", head.email, "--organisation", "agency", "--position", "clerk")
    assert "is the last supervisor there" in refused(capsys, *away)
    cast.enter_staff("operator", Position.SUPERVISOR, email="second@operator.example")
    done(capsys, *away)
    assert head.organisation
    assert len(leaders_of(head.organisation)) == 1


def test_who_is_of_no_staff_is_neither_moved_nor_reset(capsys: pytest.CaptureFixture[str], people: cast.Cast) -> None:
    owner = people.owner.email
    assert "nobody's staff" in refused(capsys, "move", owner, "--organisation", "agency", "--position", "clerk")
    assert "nobody's staff" in refused(capsys, "reset", owner, "--reason", "lost")
    assert "nobody signs in with" in refused(capsys, "reset", "x@y.example", "--reason", "lost")


def test_a_lost_second_factor_of_the_only_supervisor(capsys: pytest.CaptureFixture[str], people: cast.Cast) -> None:
    head = cast.enter_staff("operator", Position.SUPERVISOR)
    give_app(head)
    assert refused(capsys, "reset", head.email, "--reason", " ") == "--reason must say why"
    done(capsys, "reset", head.email, "--reason", "telephone lost, spoke with them")
    assert not second_factors_of(head).is_set_up
    assert AuditEntry.objects.get(action="second_factor.reset").detail == {"reason": "telephone lost, spoke with them"}


def test_networks_are_set_and_taken_away(capsys: pytest.CaptureFixture[str], people: cast.Cast) -> None:
    assert done(capsys, "networks", "--organisation", "operator", "203.0.113.0/24") == "operator: 203.0.113.0/24\n"
    assert "is no network" in refused(capsys, "networks", "--organisation", "operator", "office")
    assert DeskNetwork.objects.filter(ended_at=None).count() == 1
    assert done(capsys, "networks", "--organisation", "operator") == "operator: from everywhere\n"
    assert not DeskNetwork.objects.filter(ended_at=None).exists()
