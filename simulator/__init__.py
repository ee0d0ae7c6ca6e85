"""The outside world on the desk: a carrier that plays Twilio's part over HTTP, and a browser telephone.

It imports nothing of the product and the product imports nothing of it; they speak HTTP only.
"""
