"""Building blocks of admin pages: changelists, filters, number formats and HTML helpers."""
