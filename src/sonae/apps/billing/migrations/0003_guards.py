"""Logs only grow; every booking adds to nought and has at least two lines, checked when the transaction commits."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only

BALANCE = """
CREATE FUNCTION sonae_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    total numeric;
    lines integer;
BEGIN
    SELECT coalesce(sum(posted_yen), 0), count(*) INTO total, lines FROM billing_posting WHERE entry_id = entry;
    IF total <> 0 OR lines < 2 THEN
        RAISE EXCEPTION 'journal entry % does not balance: % yen in % lines', entry, total, lines
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER posting_balances AFTER INSERT ON billing_posting DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sonae_entry_balances('entry_id');
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON billing_journalentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sonae_entry_balances('id');
"""
UNDO = """
DROP TRIGGER entry_balances ON billing_journalentry;
DROP TRIGGER posting_balances ON billing_posting;
DROP FUNCTION sonae_entry_balances();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_initial"), ("audit", "0002_guards")]
    operations = [
        append_only("billing_journalentry"),
        append_only("billing_posting"),
        append_only("billing_charge"),
        append_only("billing_allocation"),
        append_only("billing_paymentstep"),
        migrations.RunSQL(BALANCE, UNDO),
    ]
