"""The real OBS Studio, recording real files; packaging/obs-tests runs this."""
