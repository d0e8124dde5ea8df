"""What a changed setting would do, before it is saved. The deed is done, looked at and taken back."""
