"""Scale seeder of a large simulated installation: `manage.py seed_demo --attempts N`.

`rng` draws random values, `schools` and `catalogue` create people and contents, and `habits`
simulates their work. `session_writer` builds one learner's records as the services would,
`event_records` records the answers in the learner model, and `writing` inserts the rows.
"""

from __future__ import annotations
