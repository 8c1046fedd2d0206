"""How much of anything is read, and why not more. Sizes are bytes, after decompression where something is packed."""

MEGABYTE = 1024 * 1024

# A year of a city's reports, scanned, stays under 100 MB; more is a mistake (a disk image, a video).
MAX_FILE = 200 * MEGABYTE

# Past this share of control characters a file is no text; real texts have a stray form feed at most.
MAX_CONTROL_SHARE = 0.02

# A province's reports of one year, packed, with their scans.
MAX_ARCHIVE_TOTAL = 1024 * MEGABYTE
MAX_ARCHIVE_MEMBERS = 10_000
# Departments pack their files, the office packs the departments'; nobody packs a third time but a bomb.
MAX_ARCHIVE_DEPTH = 2

# Deflate gains at most about 1000:1. XML of office files reaches 50:1; past 200:1 something was made to explode.
# Small members may have any ratio: an empty spreadsheet of 1 MB is honest.
MAX_RATIO = 200
RATIO_COUNTS_FROM = 10 * MEGABYTE

# The tree in memory is up to twenty times its XML; a report of 1,000 pages is about 10 MB of XML.
MAX_XML_PART = 32 * MEGABYTE

# A page of a site is 50 to 500 KB; pictures written into the page may make it tens of megabytes.
MAX_HTML = 32 * MEGABYTE
# A tag costs about 200 bytes in memory. The longest lists of a government site have some 50,000.
MAX_HTML_TAGS = 500_000
# Browsers flatten what is nested deeper than 512; time grows with the square of the depth.
MAX_HTML_DEPTH = 512
# Unclosed <font> tags are opened again in every later paragraph; honest slips stay far below this many copies.
MAX_HTML_COPIES = 1_000_000

# Each choice of a list looks at all others, each attribute of a tag (bytes, values aside) at those before it.
MAX_HTML_CHOICES = 10_000
MAX_HTML_TAG = 5_000

# Beyond this a grid is no table that people read; text is kept, the table is not marked as one.
MAX_COLUMNS = 1_000
# With more tabs and bars than this a text is data, not a plan; each would become an object.
MAX_TEXT_CELLS = 500_000
# The cells of a sheet are looked at one by one, without a tree; a task list of 10,000 rows is about 10 MB.
MAX_SHEET_PART = 64 * MEGABYTE
# Cells with words in a workbook, each some 300 bytes; a task list of 10,000 rows has 100,000.
MAX_SHEET_CELLS = 1_000_000
# Empty cells between them are cells too, up to this many in all.
MAX_SHEET_AREA = 2_000_000
