"""Everything that draws, caches, schedules or remembers; the models live in `llm_core`."""
