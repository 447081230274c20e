"""The name, and the colours that browsers ask for outside the style sheets; a test holds them to the tokens."""

NAME = "Sonae 備え"
SHORT_NAME = "Sonae"
THEME = "#00687c"  # --accent
GROUND = "#f6f4ef"  # --plaster
