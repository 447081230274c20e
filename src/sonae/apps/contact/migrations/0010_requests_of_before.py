"""What members asked on their pages before there was a register stands in it too, with fourteen days from the day it came in.

A deletion was carried out when it was asked for, so it is answered; what has to be kept by law was kept, so it is so in part.
"""

from django.db import migrations

ENTER = """
INSERT INTO contact_registeredrequest (number, form_key, kind, channel, asked_id, member_id, user_id, person, agent_of, email, reach,
    wanted, language, received_on, due_on, recorded_at, recorded_by)
SELECT r.number, r.form_key, CASE r.kind WHEN 'erasure' THEN 'deletion' ELSE 'correction' END, 'portal', r.id, r.member_id,
    r.user_id, left(u.email, 120), '', u.email, '', r.message, r.language, (r.received_at AT TIME ZONE 'Asia/Tokyo')::date,
    (r.received_at AT TIME ZONE 'Asia/Tokyo')::date + 14, r.received_at, 'user:' || r.user_id
FROM contact_datarequest r JOIN parties_user u ON u.id = r.user_id
WHERE NOT EXISTS (SELECT 1 FROM contact_registeredrequest e WHERE e.asked_id = r.id);
INSERT INTO contact_registeredrequeststep (request_id, seq, kind, happened_on, facts, state, actor, recorded_at)
SELECT e.id, step.seq, step.kind, e.received_on, step.facts::jsonb, step.state, 'system:register', e.recorded_at
FROM contact_registeredrequest e CROSS JOIN (
    VALUES (1, 'erased', '{}', 'open'), (2, 'answered', '{"outcome": "in_part", "text": ""}', 'answered')
) AS step (seq, kind, facts, state)
WHERE e.channel = 'portal' AND e.kind = 'deletion'
  AND NOT EXISTS (SELECT 1 FROM contact_registeredrequeststep s WHERE s.request_id = e.id);
"""


class Migration(migrations.Migration):
    dependencies = [("contact", "0009_complaint_and_request_guards")]
    operations = [migrations.RunSQL(ENTER, migrations.RunSQL.noop)]
