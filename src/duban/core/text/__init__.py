"""Clean text that knows where it came from."""

from duban.core.text.normalised import NormalisedText, fold, normalise, squeeze

__all__ = ["NormalisedText", "fold", "normalise", "squeeze"]
