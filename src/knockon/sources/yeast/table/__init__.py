"""A plain table of measurements: columns named by whoever brings it, long or wide, text or spreadsheet."""
