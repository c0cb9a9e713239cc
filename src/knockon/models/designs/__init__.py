"""Models of the design study: wanted phenotypes, fluxes, and which knock-outs to make next."""
