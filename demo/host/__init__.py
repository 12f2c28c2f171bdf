"""Another console, in Vue, of another origin: shows how the custom elements stand inside somebody else's page."""
