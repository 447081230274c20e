"""The trigger that derives the period of cover reads two days of the scheme year, not the whole row: a million times a year."""

from django.db import migrations

LEAN = """
CREATE OR REPLACE FUNCTION sonae_certificate_cover() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first_day date;
    expiry date;
BEGIN
    SELECT start_on, expiry_on INTO STRICT first_day, expiry FROM programmes_schemeyear WHERE id = NEW.scheme_year_id;
    IF NEW.starts_on < first_day OR NEW.starts_on >= expiry THEN
        RAISE EXCEPTION 'certificate starts on %, outside its scheme year %..%', NEW.starts_on, first_day, expiry
            USING ERRCODE = 'check_violation';
    END IF;
    NEW.cover := daterange(NEW.starts_on, greatest(NEW.starts_on, least(NEW.cancelled_on, expiry)));
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("certificates", "0003_guards")]
    operations = [migrations.RunSQL(LEAN, migrations.RunSQL.noop)]
