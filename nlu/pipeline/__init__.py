"""The steps of the Rasa pipeline, one a file; each wraps a plain part of nlu/ that knows nothing of Rasa."""
