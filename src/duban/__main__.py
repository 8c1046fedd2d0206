"""``python -m duban`` is ``duban``."""

from duban.cli.main import main

if __name__ == "__main__":
    main()
