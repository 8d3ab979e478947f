"""Other systems' messages as events of the contract: one file a sender, each a pure function of the message.

An adapter says of every leaf of a message what became of it: it stands in an event, or in the list of what was lost.
"""
