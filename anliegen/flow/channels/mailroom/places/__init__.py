"""Where mail lies before it is ours: mailboxes on servers, and folders of this machine. One module for each kind."""
