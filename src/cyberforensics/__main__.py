"""``python -m cyberforensics``."""

from cyberforensics.cli import main

if __name__ == "__main__":
    main()
