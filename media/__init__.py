"""Who hears and sees what: the selective forwarding unit. It knows no names."""
