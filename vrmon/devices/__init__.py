"""What stands at a site: the contract, and a folder for each kind of device."""
