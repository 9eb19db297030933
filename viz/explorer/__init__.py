"""The explorer: the graph as a web app on this machine (`begat serve`).

`app.py` puts it together and serves it, `guard.py` keeps it safe, `pages.py` answers for pages, `api.py` for the JSON
API and its description, `asking.py` reads what a URL asks, `evidence.py` shows a sentence in its text.
"""
