"""knockon: predict what happens next when biology is changed."""
