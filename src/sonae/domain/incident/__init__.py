"""An incident from the first call to the prevention of its recurrence: four linked tracks, each with its own states."""
