"""The registrar: keeps the roster on behalf of those who may change it.

Writers of one facility's roster queue at its row (`rights.lock_row`), as imports do; whoever
concerns a person as well locks them after it.
"""
