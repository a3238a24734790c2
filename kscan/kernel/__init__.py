"""The kernel model: what macros, ops, APIs and lifecycles mean, read from rules/kernel/*.yaml."""
