"""What losses may look like, for tests of what they draw from limits."""

from __future__ import annotations

from hypothesis import strategies as st

from sonae.domain.drawing_on_limits import Loss
from tests.domain.versions import product

COST_LINES = (*(line.code for line in product().cost_lines), "", "unheard_of")

losses = st.lists(
    st.builds(
        Loss,
        code=st.text("abc", min_size=1, max_size=3),
        cost_line=st.sampled_from(COST_LINES),
        yen=st.integers(0, 10**9),
    ),
    max_size=12,
)
