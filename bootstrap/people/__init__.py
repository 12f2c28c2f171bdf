"""The commands by which people ask, decide and watch, through the API and with their own sign-in."""
