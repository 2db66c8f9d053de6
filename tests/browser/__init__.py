"""Real browsers through the whole product: one Chromium a person, each with a face and a tone."""
