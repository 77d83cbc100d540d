"""How weights follow their gradients: Adam and plain gradient descent, for networks of a stack.

Adam is PyTorch's own fused function. Its class would do the same, but loads PyTorch's compiler, seconds of every job.
"""

import torch
from torch.optim.adam import adam

Tensors = dict[str, torch.Tensor]  # by the weight's name


class Adam:
    """Adam with PyTorch's defaults; its `moments` are named as PyTorch names them."""

    def __init__(self, weights: Tensors, rate: float):
        self.weights, self.rate = weights, rate
        self.moments = {
            name: {
                "step": torch.zeros((), device=weight.device),
                "exp_avg": torch.zeros_like(weight),
                "exp_avg_sq": torch.zeros_like(weight),
            }
            for name, weight in weights.items()
        }

    @torch.no_grad()
    def step(self, gradients: Tensors) -> None:
        """One update; contiguous gradients: the fused function goes through memory, whatever the strides."""
        moments = {key: [self.moments[name][key] for name in self.weights] for key in ("step", "exp_avg", "exp_avg_sq")}
        adam(
            list(self.weights.values()),
            [gradients[name].contiguous() for name in self.weights],
            moments["exp_avg"],
            moments["exp_avg_sq"],
            [],
            moments["step"],
            fused=True,
            capturable=moments["step"][0].is_cuda,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self.rate,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )


class Descent:
    """Plain gradient descent, with a rate (n,) for each network of a stack."""

    def __init__(self, weights: Tensors, rates: list[float]):
        self.weights, self.moments = weights, {name: {} for name in weights}
        self.rates = {name: weight.new_tensor(rates).view(-1, 1, 1) for name, weight in weights.items()}

    @torch.no_grad()
    def step(self, gradients: Tensors) -> None:
        """One update."""
        for name, weight in self.weights.items():
            weight.addcmul_(self.rates[name], gradients[name].contiguous(), value=-1)
