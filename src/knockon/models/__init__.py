"""Models, one a file, behind one protocol; `registry.py` builds them by the name in params.yaml."""
