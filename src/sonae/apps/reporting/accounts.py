"""The account of the journal that only money on its way out reaches, beside those of billing."""

COMMISSION_EARNED = "commission_earned"  # what the agent keeps of a premium that is remitted
