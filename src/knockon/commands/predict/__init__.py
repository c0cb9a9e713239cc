"""`knockon predict …`, one file a study."""
