"""stub"""
INSTALL = 'pip install "duban[ocr]"'


def available() -> bool:
    return False
