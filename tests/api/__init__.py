# The first room whose tests are imported: skops asks every module that is loaded for the home of each function of numpy
# and scikit-learn, and is five times as long about it once torch is among them.
import skops.io  # noqa: F401
