"""The coaches' admin site: pages, the choice of learners and days, and charts."""
