"""How mainland Chinese offices write dates and numbers."""
