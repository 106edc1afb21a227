"""The chapters of mail_peers.py: each is what some peers do with the town, and gives its faults."""
