"""APIs: each service is one file here that says how it is asked; what it answers, the readers of its format read."""
