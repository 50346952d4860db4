"""Whose voice is it in a mono call: segmentation, embeddings, clusters and votes."""
