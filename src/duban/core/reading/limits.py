"""How much of anything is read, and why not more. All sizes are bytes after decompression unless they say otherwise."""

MEGABYTE = 1024 * 1024

# A year of a city's reports, scanned, stays under 100 MB; more is a mistake (a disk image, a video).
MAX_FILE = 200 * MEGABYTE

# Past this share of control characters a file is no text; real texts have a stray form feed at most.
MAX_CONTROL_SHARE = 0.02
