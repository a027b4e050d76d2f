"""The parts of `up`: what it is asked for, its attempts, and what it creates before the plan is known."""
