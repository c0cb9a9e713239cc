"""The page of `dvc plots show`, offline: Vega inside, in the style of all plots.

`dvc config plots.html_template plots/page.html` makes DVC use it. Write it again after an update of vl-convert with
`python -m knockon.evaluation.page .dvc/plots/page.html`; a test says when that is due.
"""

import json
import sys
from importlib import resources
from pathlib import Path
from string import Template

from knockon.atomic import write_text
from knockon.evaluation.render import VEGA_LITE, style

_GLOBALS = "window.vega = vega; window.vegaLite = vegaLite; window.vegaEmbed = vegaEmbed;"


def page() -> str:
    """The HTML page with DVC's placeholder for the plots, and Vega, Vega-Lite and Vega-Embed inlined."""
    import vl_convert

    frame = resources.files("knockon.evaluation").joinpath("page_template.html").read_text(encoding="utf-8")
    bundle = vl_convert.javascript_bundle(_GLOBALS, vl_version=VEGA_LITE).replace("</script", "<\\/script")
    versions = f"Vega {vl_convert.get_vega_version()}, Vega-Lite {VEGA_LITE}, Vega-Embed "
    versions += str(vl_convert.get_vega_embed_version())
    return Template(frame).substitute(bundle=bundle, versions=versions, style=json.dumps(style()))


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), page())
