"""The marks of what is not shown: those of the guidance on releasing statistics in spreadsheets."""

HIDDEN = "[c]"
"""Hidden so that nobody can be identified."""
NOT_AVAILABLE = "[x]"
"""Not available."""
PUBLISHED = "[pub]"
"""Published before in a cited document, so that the rule does not hide it; [p] would mean provisional."""
