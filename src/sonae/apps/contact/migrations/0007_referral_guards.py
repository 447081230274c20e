"""Nothing is passed without a consent that stands, and what was said, passed and answered stays as it is.

A provision and a withdrawal of the same consent come one after the other: both take the same lock first, and the provision asks
under it whether a withdrawal is there. The log of withdrawals can't be locked row by row, since its rows may not be changed.
"""

from django.db import migrations

from sonae.apps.audit.append_only import append_only

CREATE = """
CREATE FUNCTION sonae_take_turns_with_provision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('contact_consent:' || NEW.consent_id, 0));
    RETURN NEW;
END $$;

CREATE FUNCTION sonae_check_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a provision is written in READ COMMITTED, where a withdrawal of a moment ago is seen'
            USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('contact_consent:' || NEW.consent_id, 0));
    IF NOT EXISTS (
        SELECT 1 FROM contact_consent c JOIN contact_consultation q ON q.id = c.consultation_id
        WHERE c.id = NEW.consent_id AND q.kind = 'referral' AND c.recipient = NEW.recipient AND c.digest = NEW.consent_digest
          AND c.given_at <= NEW.provided_at
          AND NOT EXISTS (SELECT 1 FROM contact_consentwithdrawal w WHERE w.consent_id = c.id)
    ) THEN
        RAISE EXCEPTION 'no consent stands for this provision' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER contact_withdrawal_takes_turns BEFORE INSERT ON contact_consentwithdrawal
    FOR EACH ROW EXECUTE FUNCTION sonae_take_turns_with_provision();
CREATE CONSTRAINT TRIGGER contact_provision_needs_consent AFTER INSERT ON contact_thirdpartyprovision
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION sonae_check_consent();
"""
DROP = """
DROP TRIGGER IF EXISTS contact_provision_needs_consent ON contact_thirdpartyprovision;
DROP TRIGGER IF EXISTS contact_withdrawal_takes_turns ON contact_consentwithdrawal;
DROP FUNCTION IF EXISTS sonae_check_consent();
DROP FUNCTION IF EXISTS sonae_take_turns_with_provision();
"""


class Migration(migrations.Migration):
    dependencies = [("contact", "0006_referral_provisions"), ("audit", "0002_guards")]
    operations = [
        migrations.RunSQL(CREATE, DROP),
        append_only("contact_spokenconsent"),
        append_only("contact_spokenwithdrawal"),
        append_only("contact_thirdpartyprovision"),
        append_only("contact_referralstep"),
    ]
