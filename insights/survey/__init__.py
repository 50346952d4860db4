"""The questionnaire and the codebook: what was asked and how reasons are named."""
