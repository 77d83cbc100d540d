"""Optimisers for stacks of networks: Adam and plain gradient descent.

Adam calls PyTorch's fused function. Its class would do the same, but also loads PyTorch's compiler, which costs every
job several seconds.
"""

import torch
from torch.optim.adam import adam

Tensors = dict[str, torch.Tensor]  # by the weight's name


class Adam:
    """Adam with PyTorch's defaults; `moments` uses PyTorch's names."""

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
        """Update the weights. The fused function ignores strides, so gradients are made contiguous first."""
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
    """Plain gradient descent with rates (n,), one per network in the stack."""

    def __init__(self, weights: Tensors, rates: list[float]):
        self.weights, self.moments = weights, {name: {} for name in weights}
        self.rates = {name: weight.new_tensor(rates).view(-1, 1, 1) for name, weight in weights.items()}

    @torch.no_grad()
    def step(self, gradients: Tensors) -> None:
        """Update the weights."""
        for name, weight in self.weights.items():
            weight.addcmul_(self.rates[name], gradients[name].contiguous(), value=-1)
