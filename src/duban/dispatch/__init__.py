"""The monthly round: how far each task should be, how far it is, and the light that follows."""
