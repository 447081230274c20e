"""Members as a journey needs them that take months to come about: with a free certificate, leaving, having left."""

from __future__ import annotations

from datetime import date

from tests.journeys.site import NewMember, RunningSite


def today_of(site: RunningSite) -> date:
    """The day on which the site stands."""
    found = site.sql("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0][0]
    assert isinstance(found, date)
    return found


def give_free_cover(site: RunningSite, number: str, *, ends_on: date | None = None) -> None:
    """A free certificate in the scheme year of today, as the organiser's list would have led to it."""
    site.sql(
        """WITH given AS (
             INSERT INTO certificates_certificate (number, member_id, scheme_year_id, section, starts_on, cancelled_on,
               verification_code, issued_at)
             SELECT 'F' || m.number, m.id, y.id, 'free', y.start_on, %s, upper(md5(m.number)), now()
             FROM parties_member m, programmes_schemeyear y
             WHERE m.number = %s AND y.start_on <= current_date AND y.expiry_on > current_date
               AND NOT EXISTS (SELECT 1 FROM certificates_certificate c WHERE c.member_id = m.id AND c.section = 'free')
             RETURNING id, starts_on, scheme_year_id)
           INSERT INTO certificates_transaction (certificate_id, seq, kind, effective_date, recorded_at, patch, actor,
             reason, rating_digest, total_premium_after, premium_difference)
           SELECT g.id, 1, 'new', g.starts_on, now(), '{}', 'system:test', '', v.digest, 0, 0
           FROM given g JOIN programmes_schemeyear y ON y.id = g.scheme_year_id
           JOIN programmes_productversion v ON v.id = y.product_version_id""",
        ends_on,
        number,
    )


def tell(site: RunningSite, number: str, kind: str, on: date, member_class: str | None = None) -> None:
    """The organiser tells us something of the member, from a day on."""
    site.sql(
        """INSERT INTO parties_membershipfact (member_id, kind, effective_date, recorded_at, member_class, name,
             name_kana, email, telephone, source)
           SELECT f.member_id, %s, %s, now(), coalesce(%s, f.member_class), f.name, f.name_kana, f.email, f.telephone,
             'test'
           FROM parties_membershipfact f JOIN parties_member m ON m.id = f.member_id WHERE m.number = %s
           ORDER BY f.id DESC LIMIT 1""",
        kind,
        on,
        member_class,
        number,
    )


def let_act(site: RunningSite, member: NewMember | str, email: str) -> None:
    """The person with this address, who has signed in before, acts for the member."""
    number = member if isinstance(member, str) else member.number
    site.sql(
        """INSERT INTO parties_memberaccess (member_id, user_id, role, granted_at, proof)
           SELECT m.id, u.id, CASE WHEN EXISTS (SELECT 1 FROM parties_memberaccess a WHERE a.member_id = m.id)
             THEN 'administrator' ELSE 'owner' END, now(), 'listed_email'
           FROM parties_member m, parties_user u WHERE m.number = %s AND u.email = %s ON CONFLICT DO NOTHING""",
        number,
        email,
    )
