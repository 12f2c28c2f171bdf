"""The command `python -m demo.awx`."""

from demo.awx.app import main

main()
