"""How providers are asked over HTTP: settings, limits, retries, redaction. No provider is named here."""
