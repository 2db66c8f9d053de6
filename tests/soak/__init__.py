"""Everything people do, again and again, and nothing of it may be left when they have gone."""
