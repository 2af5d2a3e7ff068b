"""Who is who, and who may look at whom."""
