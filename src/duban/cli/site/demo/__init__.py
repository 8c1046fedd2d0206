"""The demo: an invented district and its years, loaded through the actions that people use."""
