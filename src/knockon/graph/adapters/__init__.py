"""One adapter a room of the sources: Arrow tables of the readers become typed nodes and edges."""
