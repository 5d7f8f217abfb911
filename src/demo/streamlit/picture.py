"""Pictures made with NumPy and Pillow, so that the demo needs no image files and no other site."""

import numpy as np
from PIL import Image, ImageDraw


def sea(width: int = 960, height: int = 420) -> Image.Image:
    """A low sun over the sea."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    horizon, sun_x, sun_y = 0.56 * height, 0.66 * width, 0.44 * height

    up = np.clip(y / horizon, 0, 1)[..., None]
    sky = (1 - up) * np.array([22, 78, 99]) + up * np.array([253, 205, 140])
    sun = np.hypot(x - sun_x, y - sun_y)[..., None]
    sky += np.exp(-((sun / 110) ** 1.3)) * np.array([90, 70, 20])
    sky = np.where(sun < 34, np.array([255, 247, 220]), sky)

    depth = np.clip((y - horizon) / (height - horizon), 0.001, 1)
    wave = np.sin(9 / (depth + 0.06) + np.sin(x / (30 + 120 * depth)) * 1.6 + x / 90)
    path = np.exp(-(((x - sun_x) / (30 + 210 * depth)) ** 2)) * (0.55 + 0.45 * wave)
    water = np.array([18, 104, 126]) * (1.05 - 0.55 * depth[..., None])
    water = water + wave[..., None] * 9 + path[..., None] * np.array([190, 130, 60])

    pixels = np.where((y < horizon)[..., None], sky, water)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def icon(size: int = 128) -> Image.Image:
    """A sail in a circle: favicon and logo."""
    image = Image.new("RGBA", (size * 4, size * 4))
    draw = ImageDraw.Draw(image)
    unit = size * 4 / 100
    draw.ellipse([2 * unit, 2 * unit, 98 * unit, 98 * unit], fill="#0e7490")
    draw.polygon([(unit * x, unit * y) for x, y in ((47, 16), (47, 66), (20, 66))], fill="#ffffff")
    draw.polygon([(unit * x, unit * y) for x, y in ((53, 26), (53, 66), (78, 66))], fill="#f59e0b")
    draw.polygon([(unit * x, unit * y) for x, y in ((18, 72), (82, 72), (70, 84), (30, 84))], fill="#ffffff")
    return image.resize((size, size), Image.Resampling.LANCZOS)
