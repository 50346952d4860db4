"""Russian and English as spaCy pipelines, lemmas, sentence vectors and word lists."""
