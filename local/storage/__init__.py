"""Storage: the Storage API over the schema `storage` and a folder of files."""
