"""Date and time formats per language, for Django's FORMAT_MODULE_PATH."""
