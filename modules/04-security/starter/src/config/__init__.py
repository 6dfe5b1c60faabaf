"""How the project is put together: settings, addresses and entry points."""
