"""One Accelerate loop, checkpoint and resume, launch, trackers."""
