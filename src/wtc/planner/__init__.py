"""The planner: desired state x observed state x options -> plan. Pure: no prompts, no logs, no clock."""
