"""What the insurer and the processor were told, and told us, stays as it was."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial"), ("audit", "0002_guards")]
    operations = [
        append_only("reporting_bordereau"),
        append_only("reporting_bordereauline"),
        append_only("reporting_remittancestep"),
        append_only("reporting_payoutfile"),
        append_only("reporting_payout"),
        append_only("reporting_payoutline"),
        append_only("reporting_payoutdecision"),
    ]
