"""DVC stages: thin, one file each, in a folder per study. The only place that reads params.yaml or knows a path."""
