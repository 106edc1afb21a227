"""Real mail against a real server: the corpus, a receiving Postfix, a sender, and the comparison.

Standard library only, but for dkimpy, which verifies signatures. Nothing here knows how Caduceus
works inside: it speaks SMTP and reads the API, as a customer would.
"""
