"""Django as a WSGI application."""

import gc

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

# What is loaded by now stays for good. Kept apart, it is not looked through again whenever pages leave garbage behind:
# a whole collection in the middle of a page took longer than drawing it.
gc.collect()
gc.freeze()
