"""Accounts of the journal that money reaches on its way out, beside those of billing. Debit positive, credit negative."""

BANK = "bank"
PROCESSOR_COSTS = "processor_costs"  # what the card processor keeps for its work
COMMISSION_EARNED = "commission_earned"  # what the agent keeps of a premium that is remitted
