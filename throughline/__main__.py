"""``python -m throughline`` is ``throughline``."""

from throughline.cli import main

main()
