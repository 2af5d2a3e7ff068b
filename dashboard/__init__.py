"""The coaches' admin site: pages, the scope of classes and days, and charts."""
