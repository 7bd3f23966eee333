"""A local server that speaks every provider's format, and every fault a network can have."""
