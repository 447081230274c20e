"""The database writes numbers too, as ``domain/numbering.py`` does, so that a million can be drawn in one statement."""

from django.db import migrations

# The same quasigroup as in domain/numbering.py, row after row.
WRITTEN = """
CREATE FUNCTION sonae_written_number(letter text, year integer, sequence bigint) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    quasigroup CONSTANT text := '0317598642709215486342068713591750983426612304597836742095815869720134894536201794386172052581436790';
    body text := lpad(sequence::text, greatest(6, length(sequence::text)), '0');
    digits text := year::text || body;
    interim integer := 0;
BEGIN
    IF year NOT BETWEEN 1000 AND 9999 OR sequence < 1 THEN
        RAISE EXCEPTION 'a number needs a year of four digits and a sequence from 1, not % and %', year, sequence
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR place IN 1..length(digits) LOOP
        interim := substr(quasigroup, interim * 10 + substr(digits, place, 1)::integer + 1, 1)::integer;
    END LOOP;
    RETURN letter || year || '-' || body || '-' || interim;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0003_number_series")]
    operations = [migrations.RunSQL(WRITTEN, "DROP FUNCTION sonae_written_number(text, integer, bigint)")]
