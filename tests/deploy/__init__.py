"""What lies in deploy/, against the programs it is for."""
