"""What the estate needs, from measured figures, and a morning of it played through."""
