"""The plumbing around Temporal's SDK: connection, interceptors, query guard, schedules, metrics, builds."""
