"""Models of whole transcriptomes: what a cell's other genes say of a gene, and what a knock-out does."""
