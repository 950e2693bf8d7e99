"""The demo company: hand-written content, and a pure generator that dates it relative to now."""
