"""What a month that is over wrote and earned stays as it was counted."""

from django.db import migrations

from sonae.apps.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("reporting", "0003_figures"), ("audit", "0002_guards")]
    operations = [append_only("reporting_figuresmonth"), append_only("reporting_earnedline")]
