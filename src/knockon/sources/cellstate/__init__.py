"""Readers of the cellstate study: whole transcriptomes, knock-outs and regulons."""
