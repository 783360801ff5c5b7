"""The report of what was recorded and what is missing: as text, as a spreadsheet, as a page."""
