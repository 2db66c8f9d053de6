"""Pages, scripts and styles, as files beside this module."""
