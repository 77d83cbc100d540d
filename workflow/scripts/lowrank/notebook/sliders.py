"""Figures with sliders: one figure for every combination of values, drawn beforehand, so that no kernel need run."""

import base64
import hashlib
import html
import io
from collections.abc import Callable, Sequence
from itertools import product

from matplotlib import pyplot
from matplotlib.figure import Figure

INPUT = '<label>{name} <input type="range" min="0" max="{last}" value="0"> <output></output></label>'
PAGE = """<div id="{id}">
{inputs}
{images}
<script>
(() => {{
  const box = document.getElementById("{id}"), inputs = [...box.querySelectorAll("input")];
  const values = {values};
  const show = () => {{
    let at = 0;
    inputs.forEach((input, i) => {{
      at = at * values[i].length + Number(input.value);
      input.nextElementSibling.textContent = values[i][input.value];
    }});
    box.querySelectorAll("img").forEach((image, i) => image.hidden = i !== at);
  }};
  inputs.forEach(input => input.addEventListener("input", show));
  show();
}})();
</script>
</div>"""


class Sliders:
    """What a notebook shows: a figure, and a slider for each of its values."""

    def __init__(self, page: str):
        self.page = page

    def _repr_html_(self) -> str:
        return self.page


def sliders(draw: Callable[..., Figure], **values: Sequence) -> Sliders:
    """Draw a figure for each combination of `values`, which `draw` takes by name; show it with a slider for each."""
    images = [_image(draw(**dict(zip(values, chosen, strict=True)))) for chosen in product(*values.values())]
    inputs = "\n".join(INPUT.format(name=html.escape(name), last=len(of) - 1) for name, of in values.items())
    tags = "\n".join(f'<img alt="figure" src="data:image/png;base64,{image}" hidden>' for image in images)
    name = "sliders-" + hashlib.sha256("".join(images).encode()).hexdigest()[:12]
    texts = [[str(value) for value in of] for of in values.values()]
    return Sliders(PAGE.format(id=name, inputs=inputs, images=tags, values=texts))


def _image(figure: Figure) -> str:
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=100, metadata={"Software": None})
    pyplot.close(figure)
    return base64.b64encode(content.getvalue()).decode()
