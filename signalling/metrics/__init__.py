"""What a Prometheus server reads of this one: counts alone, no names, ids or addresses."""
