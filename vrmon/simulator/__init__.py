"""A PlayBox and recorders to try vrmon against: stateful servers with every unknown and every fault.

    with serving(PlayBox()) as playbox, serving(MovieRecorder(password="…"), tls=True) as movierecorder:
        job = playbox.start_job(0, "SHOW.mxf")
        movierecorder.fault("lost_answer", "/sources/*/record", times=1)
        movierecorder.wait_until(lambda: movierecorder.running(0))

`python3 -m vrmon.simulator` runs them by hand; `control` says how they are steered with curl.
"""

from vrmon.simulator.hyperdeck.deck import HyperDeck
from vrmon.simulator.movierecorder.recorder import MovieRecorder
from vrmon.simulator.movierecorder.recorder_source import RecorderSource
from vrmon.simulator.obs.studio import Obs
from vrmon.simulator.playbox.ingest_job import IngestJob
from vrmon.simulator.playbox.ingest_server import PlayBox
from vrmon.simulator.recording.take import Take, gaps
from vrmon.simulator.served.certificate import Certificate, make_certificate
from vrmon.simulator.served.exchange import Arrival
from vrmon.simulator.served.faults import Fault
from vrmon.simulator.served.serving import serving

__all__ = [
    "Arrival",
    "Certificate",
    "Fault",
    "HyperDeck",
    "IngestJob",
    "MovieRecorder",
    "Obs",
    "PlayBox",
    "RecorderSource",
    "Take",
    "gaps",
    "make_certificate",
    "serving",
]
