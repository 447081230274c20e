"""Sandbox Card: a card processor at the edge of the world, run as its own process, and the gateway that talks to it."""
