"""Language models that are trained here, on sequences without labels."""
