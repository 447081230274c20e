"""Stripe, through its official SDK: hosted Checkout, authorise then capture, signed webhooks."""
