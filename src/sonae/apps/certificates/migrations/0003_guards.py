"""The period of cover follows from the start, the scheme year and the cancellation; the log of acts only grows."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only

COVER = """
CREATE FUNCTION sonae_certificate_cover() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    year programmes_schemeyear;
BEGIN
    SELECT * INTO STRICT year FROM programmes_schemeyear WHERE id = NEW.scheme_year_id;
    IF NEW.starts_on < year.start_on OR NEW.starts_on >= year.expiry_on THEN
        RAISE EXCEPTION 'certificate starts on %, outside its scheme year %..%', NEW.starts_on, year.start_on, year.expiry_on
            USING ERRCODE = 'check_violation';
    END IF;
    NEW.cover := daterange(NEW.starts_on, greatest(NEW.starts_on, least(coalesce(NEW.cancelled_on, year.expiry_on), year.expiry_on)));
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_cover BEFORE INSERT OR UPDATE ON certificates_certificate
    FOR EACH ROW EXECUTE FUNCTION sonae_certificate_cover();
"""
UNDO = "DROP TRIGGER certificate_cover ON certificates_certificate; DROP FUNCTION sonae_certificate_cover();"


class Migration(migrations.Migration):
    dependencies = [("certificates", "0002_initial"), ("audit", "0002_guards")]
    operations = [append_only("certificates_transaction"), migrations.RunSQL(COVER, UNDO)]
