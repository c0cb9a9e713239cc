"""DCell: a network wired like the cell's hierarchy of subsystems."""
