"""What the signs and words of the status mean."""

from __future__ import annotations

LEGEND = """\
the whole:
  ● Safe, Ready   nothing is wrong          ▲ At risk     protection is reduced
  ✖ Not safe      a job has no backup       ▲ Not set up  no channel is configured
a channel (▲ and ✖ in place of its sign: as above):
  ○ Idle        no job                      ◌ Stopping    its job is over
  ◌ Starting    told to record, not seen    ◐ Keeping     records on: its job may be lost, not over
  ● Recording   seen recording              ? Unverified  should record, was not seen lately
  ▲ Not ready   could not record: see why   ✖ No backup   its job is not recorded: see why
  ◇ By hand     somebody else records       ▲ Not ours    so does somebody else, while its job runs
  ? Doubtful    nobody knows whose recording it is: `vrmon claim`, or stop it by hand
  ● Drill       what nobody needs is recorded, to see that it could be
  On hold       vrmon leaves it alone; the sign says what its source does
"missing" is what the backup lacks of the running job so far, "up to" where nobody could look
"verified" is when the take was last seen recording
"""
