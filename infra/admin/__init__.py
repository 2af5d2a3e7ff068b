"""Parts of admin pages: lists, filters, formats and HTML that know no domain."""
