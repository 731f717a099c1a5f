"""Every query about reminders: the ledger, the runs, the messages, and what the plan is made from."""
