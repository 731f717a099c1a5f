"""When people are told: reminder steps, the plan and the outbox."""
