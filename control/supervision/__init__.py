"""People who watch: supervisors in a talk, and silent seats before what the robot says."""
